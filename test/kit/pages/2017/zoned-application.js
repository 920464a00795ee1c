/** An application that is drawn by Angular only: its received messages reach the page no other way. */
(() => {
  const { angular } = window;
  const received = [];
  const zones = {};
  angular.draw = () => {
    document.title = received.join(',');
  };
  const note = (what) => () => {
    received.push(what);
    zones[what] = window.Zone.current.name;
  };
  angular.run(() => {
    const query = new URLSearchParams(location.search);
    const JIM = new window.JMessage({ address: query.get('address') });
    JIM.onMsgReceive((data) => note(data.messages[0].content.msg_body.text)());
    JIM.addListener('onStateChange', (state) => note(state.state)());
    Object.assign(window, { JIM });
  });
  window.login = (auth, user) =>
    angular.run(() => {
      const { JIM } = window;
      JIM.init(auth)
        .onAck(note('init acked'))
        .onSuccess(() => {
          note('init')();
          JIM.login(user).onFail(note('login failed')).onSuccess(note('login'));
          JIM.login(user).then(note('login awaited'));
          JIM.getUserInfo({ username: 'nobody at all' }).onFail(note('failed'));
        });
    });
  Object.assign(window, { received, zones });
})();
