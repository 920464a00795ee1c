/** For test/kit, which is TypeScript. */
export function programsOf(
  name: 'firefox' | 'webkit' | 'chromium-66' | 'chromium-80',
): Record<'program' | 'display' | 'python', string>;
