/** The application as AMD modules: require.js loads the SDK, and then what uses it. */
window.requirejs.config({ paths: { jmessage: '/dist/jmessage-sdk-web.min' } });
window.requirejs(['jmessage'], (JMessage) => {
  Object.assign(window, { JMessage, required: JMessage });
  window.requirejs(['/tab.js']);
});
