/** The types of `seed.mjs`, which is plain JavaScript because `npm start` runs it as it is. */
export const APPKEY: string;
export function seed(options: { gateway: string; appkey?: string }): Promise<boolean>;
