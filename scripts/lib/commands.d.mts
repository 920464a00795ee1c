import type { Command } from './arguments.mjs';

export const COMMANDS: Readonly<Record<string, Command>>;
