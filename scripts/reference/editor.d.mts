export interface Hover {
  type: string;
  words: string;
  tags: Record<string, string>;
}
export interface Editor {
  hover(place: string): Hover;
  /** The file, and its text from the definition on. */
  definition(place: string): { file: string; text: string } | undefined;
  wordless(): string[];
  errors(): { line: number; message: string }[];
}
export function openEditor(file: string, unsaved?: Readonly<Record<string, string>>): Editor;
export function undocumentedIn(text: string): string[];
