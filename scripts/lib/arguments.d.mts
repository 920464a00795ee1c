interface Option {
  value?: string;
  short?: string;
  about?: string;
  number?: number;
  whole?: boolean;
  many?: boolean;
  hidden?: boolean;
  choices?: readonly string[];
  default?: string | number;
}
export interface Command {
  about: string;
  words?: { name: string; many?: boolean; choices?: readonly string[] };
  options?: Readonly<Record<string, Option>>;
  check?(values: Record<string, unknown>): string | undefined;
  hasOwnUsage?: boolean;
  run(values: Record<string, unknown>, words: string[], args: string[]): Promise<number>;
}
export function readArguments(
  command: Command,
  args: string[],
): { isHelp: true } | { problem: string } | { values: Record<string, unknown>; words: string[] };
export function usageOf(name: string, command: Command): string;
