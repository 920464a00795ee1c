/**
 * Hides an object of the runtime from frameworks that look into the data of a page's components. Vue 2 watches each enumerable property. Vue 3
 * replaces the object by a Proxy, and private fields do not work through a Proxy.
 */
export function hide(object: object): void {
  Object.defineProperty(object, '__v_skip', { value: true });
  // Only the classic script has some: its private fields are properties.
  for (const name of Object.keys(object)) Object.defineProperty(object, name, { enumerable: false });
}
