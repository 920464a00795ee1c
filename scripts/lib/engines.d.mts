/** For test/kit, which is TypeScript. */
export function programsOf(name: 'firefox' | 'webkit'): Record<'program' | 'display' | 'python', string>;
