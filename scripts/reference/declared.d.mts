export interface Declared {
  name: string;
  /** Page of the reference: its area. */
  page: string;
  /** Codes of `@fails`. */
  fails: number[];
  isAddition: boolean;
  isListener: boolean;
}
export function readDeclared(): Declared[];
