/**
 * The application of the test pages: one JMessage on `?address=`. Every listener is set and records its arguments. `tab.ts` drives it.
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
    'onOutboxChange',
    'onUnreadChange',
    'onActiveChange',
    'onInvitationAnswer',
    'onOutdated',
    'onDegraded',
  ];

  const received = [];
  const options = { address: query.get('address'), debug: query.has('debug') };
  // V2's timing: a cut connection is reported at once.
  options.disconnectGrace = Number(query.get('grace') ?? 0);
  if (query.has('engine')) options.engine = Number(query.get('engine'));
  if (query.has('worker')) options.worker = query.get('worker');
  // An application's own function, as a bundler makes it.
  if (query.has('made')) {
    const [url, type] = [query.get('made'), 'module'];
    options.worker = (kind) =>
      kind === 'shared' ? new SharedWorker(url, { type }) : new Worker(url, { type });
  }
  if (query.has('host')) options.host = query.get('host');
  if (query.has('auth')) {
    // The answer of an application's own server.
    const url = query.get('auth');
    options.auth = async () => ({ ...(await (await fetch(url)).json()), flag: true });
  }

  const create = () => {
    const jim = new window.JMessage(options);
    for (const listener of LISTENERS)
      jim[listener]((data) => received.push({ listener, data: data ?? null }));
    return jim;
  };

  const bytesOf = (base64, deflated) => {
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    if (!deflated) return bytes;
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
    return new Response(stream).arrayBuffer();
  };

  /** Files arrive as text and become a FormData, as an application has it. */
  const fileOf = async ({ base64, deflated, filename, type }) => {
    const content = [await bytesOf(base64, deflated)];
    return filename === undefined ? new Blob(content, { type }) : new File(content, filename, { type });
  };
  const formOf = async (parts) => {
    const form = new FormData();
    for (const { name, text, base64, deflated, type, filename } of parts) {
      if (text === undefined) form.append(name, await fileOf({ base64, deflated, filename, type }));
      else form.append(name, text);
    }
    return form;
  };
  const withForms = async (params) => {
    const filled = {};
    for (const [name, value] of Object.entries(params)) {
      filled[name] = value?.$form
        ? await formOf(value.$form)
        : value?.$file
          ? await fileOf(value.$file)
          : value;
    }
    return filled;
  };

  /** A call's outcome as data, with the acks, progress and queueing before it. @param aborted 'at once' or 'in progress' */
  const call = async (method, given, forms, aborted) => {
    const params = forms ? await withForms(given) : given;
    return new Promise((resolve) => {
      const acks = [];
      const progress = [];
      const queued = [];
      const settle = (outcome) => resolve({ ...outcome, acks, progress, queued });
      const request = window.JIM[method](params)
        .onAck((ack) => acks.push(ack))
        .onQueued((waiting) => queued.push(waiting))
        .onProgress((part) => {
          progress.push(part);
          if (aborted === 'in progress') request.abort();
        })
        .onSuccess((data, second) => settle({ kind: 'success', data, second }))
        .onFail((error) => settle({ kind: 'failure', error }))
        .onTimeout((data) => settle({ kind: 'timeout', data }));
      if (aborted === 'at once') request.abort();
    });
  };

  window.JIM = create();
  window.tab = { received, call, create };
})();
