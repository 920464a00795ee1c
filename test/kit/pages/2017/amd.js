/** The application as AMD modules: require.js loads the SDK first and its user next. */
window.requirejs.config({ paths: { jmessage: '/dist/jmessage-sdk-web.min' } });
window.requirejs(['jmessage'], (JMessage) => {
  Object.assign(window, { JMessage, required: JMessage });
  window.requirejs(['/tab.js']);
});
