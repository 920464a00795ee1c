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
    'onSyncEvent',
    'onUserInfUpdate',
    'onMsgReceiptChange',
    'onSyncMsgReceipt',
    'onMutiUnreadMsgUpdate',
    'onTransMsgRec',
    'onRoomMsg',
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

  const bytesOf = (base64) => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));

  /** Files come as text: here they become what an application has, a FormData. */
  const formOf = (parts) => {
    const form = new FormData();
    for (const { name, text, base64, type, filename } of parts) {
      if (text === undefined) form.append(name, new File([bytesOf(base64)], filename, { type }));
      else form.append(name, text);
    }
    return form;
  };
  const withForms = (params) =>
    Object.fromEntries(
      Object.entries(params).map(([name, value]) => [name, value?.$form ? formOf(value.$form) : value]),
    );

  /** A call's outcome as data, with the acks and the progress that came before it. @param aborted 'at once' or 'in progress' */
  const call = (method, params, forms, aborted) =>
    new Promise((resolve) => {
      const acks = [];
      const progress = [];
      const settle = (outcome) => resolve({ ...outcome, acks, progress });
      const request = window.JIM[method](forms ? withForms(params) : params)
        .onAck((ack) => acks.push(ack))
        .onProgress((part) => {
          progress.push(part);
          if (aborted === 'in progress') request.abort();
        })
        .onSuccess((data, second) => settle({ kind: 'success', data, second }))
        .onFail((error) => settle({ kind: 'failure', error }))
        .onTimeout((data) => settle({ kind: 'timeout', data }));
      if (aborted === 'at once') request.abort();
    });

  window.JIM = create();
  window.tab = { heard, call, create };
})();
