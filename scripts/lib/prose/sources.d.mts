/** Whether the file holds prose that the lint reads. */
export function isProse(file: string): boolean;
