/** The private names of the sources become properties in the minified files. No object confuses two of them. */
import { parseSync } from 'vite';
import { expect, test } from 'vitest';
import { oldSyntax } from '../../../scripts/bundle/old-syntax.js';

const SOURCE = `
class Base {
  #first = 'of the base';
  #second = 1;
  base() { return [this.#first, this.#second]; }
}
class Derived extends Base {
  #first = 'of the derived class';
  #third = 3;
  derived() { return [this.#first, this.#third]; }
}
class Outer {
  #outer = 'outer';
  make() {
    const outer = this;
    return new (class { #inner = 'inner'; read() { return [this.#inner, outer.#outer]; } })();
  }
}
export const found = [new Derived().base(), new Derived().derived(), new Outer().make().read()];
`;

test('a class keeps its private values apart from those of its superclass and of a class around it', async () => {
  const { transform } = oldSyntax('es2020');
  if (typeof transform !== 'function') throw new Error('the plugin has no transform');
  const context = { parse: (code: string) => parseSync('source.ts', code).program };
  const result = await transform.call(context as never, SOURCE, 'source.ts');
  const { code } = result as { code: string };
  expect(code).not.toContain('#');
  const { found } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  expect(found).toEqual([
    ['of the base', 1],
    ['of the derived class', 3],
    ['inner', 'outer'],
  ]);
});
