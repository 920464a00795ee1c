/**
 * The application of the test pages: one JMessage on `?address=`, with every listener set and everything it is called with recorded.
 * `tab.ts` drives it.
 */
(() => {
  const query = new URLSearchParams(location.search);
  const LISTENERS = [
    'onMsgReceive',
    'onSyncConversation',
    'onEventNotification',
    'onDisconnect',
    'onStateChange',
  ];

  const heard = [];
  const options = { address: query.get('address'), debug: query.has('debug') };
  if (query.has('engine')) options.engine = Number(query.get('engine'));
  if (query.has('worker')) options.worker = query.get('worker');
  if (query.has('auth')) {
    // As an application's own server would answer it.
    const url = query.get('auth');
    options.auth = async () => ({ ...(await (await fetch(url)).json()), flag: true });
  }

  const create = () => {
    const jim = new window.JMessage(options);
    for (const listener of LISTENERS) jim[listener]((data) => heard.push({ listener, data: data ?? null }));
    return jim;
  };

  /** A call's outcome as data, with the acks that came before it. */
  const call = (method, params) =>
    new Promise((resolve) => {
      const acks = [];
      window.JIM[method](params)
        .onAck((ack) => acks.push(ack))
        .onSuccess((data, second) => resolve({ kind: 'success', data, second, acks }))
        .onFail((error) => resolve({ kind: 'failure', error, acks }))
        .onTimeout((data) => resolve({ kind: 'timeout', data, acks }));
    });

  window.JIM = create();
  window.tab = { heard, call, create };
})();
