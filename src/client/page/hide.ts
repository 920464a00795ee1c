/**
 * Keeps an object of the runtime out of the hands of frameworks that look into whatever a page's components hold: Vue 2 watches each
 * enumerable property, Vue 3 replaces the object by a Proxy, which private fields do not go through.
 */
export function hide(object: object): void {
  Object.defineProperty(object, '__v_skip', { value: true });
  // None but in the classic script, where private fields are properties.
  for (const name of Object.keys(object)) Object.defineProperty(object, name, { enumerable: false });
}
