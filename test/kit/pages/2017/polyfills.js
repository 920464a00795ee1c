/** Polyfills of a page of 2017, loaded before the SDK: another Promise, and extended prototypes, visible to every `for … in`. */
(() => {
  window.Promise = window.ES6Promise.Promise;
  Object.assign(Array.prototype, {
    each(fn) {
      for (let i = 0; i < this.length; i += 1) fn(this[i], i);
    },
    remove(item) {
      const at = this.indexOf(item);
      if (at >= 0) this.splice(at, 1);
    },
    toJSON() {
      return this.slice(0);
    },
  });
  Object.assign(String.prototype, {
    trimAll() {
      return this.replace(/\s/g, '');
    },
  });
  Object.assign(Function.prototype, {
    method(name, fn) {
      this.prototype[name] = fn;
      return this;
    },
  });
})();
