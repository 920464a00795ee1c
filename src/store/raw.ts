/** @internal Vue leaves the object as it is in a `ref` or `reactive`. Private fields do not work through Vue's Proxy. */
export function keepRaw(object: object): void {
  Object.defineProperty(object, '__v_skip', { value: true });
}
