/**
 * The application of the chaos run. It logs in, stays logged in, and sends on request. It reports every event at once, because it may die in
 * the next instant.
 */
(() => {
  const query = new URLSearchParams(location.search);
  const of = (name) => query.get(name) ?? '';
  const LOGIN_AGAIN_MS = 250;
  const FILE_BYTES = 2_000;

  let batch = [];
  const flush = () => {
    void window.chaosReport(batch);
    batch = [];
  };
  const report = (event) => {
    if (batch.push({ at: Date.now(), instance: of('instance'), ...event }) === 1) queueMicrotask(flush);
  };

  const auth = async () => ({ ...(await (await fetch(of('auth'))).json()), flag: true });
  const jim = new window.JMessage({
    address: of('address'),
    offlineSend: of('offlineSend'),
    host: of('host'),
    auth,
  });

  /** The number of logins. The application expects the history again after each. */
  let epoch = 0;
  let isOpen = 0;
  let isJoining = false;
  const toBeCancelled = new Set();

  const nameIn = ({ msg_body }) => msg_body.extras?.name ?? msg_body.text;
  const delivered = (by, messages) =>
    report({
      what: 'delivered',
      by,
      epoch,
      messages: messages.map(({ msg_id, content }) => ({
        msg_id,
        name: nameIn(content),
        from: content.from_id,
      })),
    });

  const outcomeOf = (request) =>
    new Promise((resolve) => {
      request
        .onSuccess((data) => resolve({ as: 'success', ...data }))
        .onFail((error) => resolve({ as: 'failure', ...error }))
        .onTimeout((data) => resolve({ as: 'timeout', ...data }));
    });

  /** Logs in again after every end, as an application does that wants to stay logged in. */
  const join = async () => {
    if (isJoining) return;
    isJoining = true;
    for (;;) {
      const payload = await auth().catch(() => null);
      if (payload !== null) {
        if (!jim.isLogin()) epoch += 1;
        const init = await outcomeOf(jim.init(payload));
        const credentials = { username: of('account'), password: of('password') };
        const login = init.as === 'success' ? await outcomeOf(jim.login(credentials)) : init;
        if (login.as === 'success') break;
        report({ what: 'refused', code: login.code });
      }
      await new Promise((resolve) => setTimeout(resolve, LOGIN_AGAIN_MS));
    }
    isJoining = false;
    report({ what: 'joined', epoch });
  };

  const cancel = async (id, name) => {
    const { as } = await outcomeOf(jim.cancelSend({ id }));
    if (as === 'success') report({ what: 'cancelled', name });
  };

  jim.onMsgReceive((message) => delivered('live', [message]));
  jim.onSyncConversation((conversations) =>
    delivered(
      'history',
      conversations.flatMap(({ msgs }) => msgs),
    ),
  );
  jim.onDegraded(({ reason }) => report({ what: 'degraded', reason }));
  jim.onOutboxChange(({ id, state, code, content }) => {
    const name = nameIn(content);
    report({ what: 'outbox', name, state, code });
    if (toBeCancelled.delete(name)) void cancel(id, name);
  });
  jim.onStateChange(({ state, reason }) => {
    report({ what: 'state', state, reason });
    if (state === 'ended') void join();
  });

  /** A second settlement is reported as well. */
  const follow = (request, name, attempt) => {
    isOpen += 1;
    const settle = (as) => (data) => {
      isOpen -= 1;
      report({ what: 'settled', name, attempt, as, code: data.code, msg_id: data.msg_id });
    };
    const seen = (how) => () => report({ what: 'seen', name, how });
    request
      .onQueued(seen('queued'))
      .onAck(seen('ack'))
      .onSuccess(settle('success'))
      .onFail(settle('failure'))
      .onTimeout(settle('timeout'));
  };

  const fileOf = (name) => {
    const form = new FormData();
    form.append('file', new File([name, new Uint8Array(FILE_BYTES)], 'chaos.bin', { type: 'text/plain' }));
    return form;
  };

  const send = ({ name, to, gid, file, cancelled }) => {
    // The runtime does not accept such a call, and its failure is final.
    if (!jim.isLogin()) return report({ what: 'skipped', name });
    report({ what: 'called', name });
    if (cancelled) toBeCancelled.add(name);
    const target = to === 'group' ? { target_gid: gid } : { target_username: to };
    const part = file ? { file: fileOf(name), extras: { name } } : { content: name };
    const method = `send${to === 'group' ? 'Group' : 'Single'}${file ? 'File' : 'Msg'}`;
    follow(jim[method]({ ...target, ...part }), name, 0);
  };

  let attempts = 0;
  const retryFailed = async () => {
    for (const { id, content } of ((await outbox()) ?? []).filter(({ state }) => state === 'failed')) {
      attempts += 1;
      report({ what: 'retried', name: nameIn(content), attempt: attempts });
      follow(jim.retrySend({ id }), nameIn(content), attempts);
    }
  };

  /** undefined if the worker has none at hand. */
  const outbox = async () => (await outcomeOf(jim.getOutbox())).entries;

  window.chaos = {
    sendAll: (sends) => sends.forEach(send),
    retryFailed,
    /** The unfinished calls. */
    status: async () => {
      const entries = await outbox();
      const { state, synced } = jim.getState();
      return {
        isReady: !isJoining && state === 'ready' && synced,
        isOpen,
        hasOutbox: entries !== undefined,
        outbox: (entries ?? []).map(({ state: is, code, content }) => ({
          name: nameIn(content),
          state: is,
          code,
        })),
      };
    },
    call: (method, params) => outcomeOf(jim[method](params)),
  };

  void join();
})();
