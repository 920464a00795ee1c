/**
 * Angular's use of zone.js. The application runs in a zone, and is redrawn after each task of that zone once no microtask is left
 * (`onMicrotaskEmpty`). `angular.run(fn)` is the application; `angular.draw` is its change detection.
 */
(() => {
  const angular = { drawings: 0, hasMacrotasks: false, draw: () => undefined };
  let nesting = 0;
  let hasMicrotasks = false;
  const leave = () => {
    nesting -= 1;
    if (nesting > 0 || hasMicrotasks) return;
    angular.drawings += 1;
    angular.draw();
  };
  const inside = (what) => {
    nesting += 1;
    try {
      return what();
    } finally {
      leave();
    }
  };
  const zone = window.Zone.current.fork({
    name: 'angular',
    onInvokeTask: (parent, _current, target, task, self, args) =>
      inside(() => parent.invokeTask(target, task, self, args)),
    onInvoke: (parent, _current, target, fn, self, args, source) =>
      inside(() => parent.invoke(target, fn, self, args, source)),
    onHasTask: (parent, current, target, has) => {
      parent.hasTask(target, has);
      if (current !== target) return;
      if (has.change === 'macroTask') angular.hasMacrotasks = has.macroTask;
      if (has.change === 'microTask') {
        hasMicrotasks = has.microTask;
        nesting += 1;
        leave();
      }
    },
  });
  angular.run = (fn) => zone.run(fn);
  window.angular = angular;
})();
