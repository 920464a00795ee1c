/** `docs/api.md`: every method and listener, the options, the requests, the shapes. */
import { titleOf } from './load.mjs';
import { code, generated, table, typeText } from './markdown.mjs';
import { fieldsOfShape } from './types.mjs';
import { PUSHES } from './words.mjs';

const INTRO = `What a page can call, listen to and get. The names are JMessage's; what is an addition to V2 says so. How it works is in
[architecture.md](architecture.md), all codes are in [error-codes.md](error-codes.md).

Of parameters: numbers may be given as decimal text, booleans also as 0 and 1, numbers or text. Of answers: every one has \`code\` 0 and
\`message\` beside the fields that are named here, ids are numbers below 2^53, times are ms since 1970 unless said otherwise, and text that is not set is \`''\`.

Every method may fail with 880002 (a parameter is missing), 880003 (a value is out of range), 880004 (a type is wrong), 889001 (before \`init\`), 889002
(before \`login\`), 889003 (the session has ended), 889004 (no worker to be had), 889005 (\`destroy\` came first), 889008 (a parameter cannot be
posted to a worker); and with 880209 or 882005 when the gateway is asked too much at once. "Fails with" names what else there is, as far as this repository's
gateway gives it; it is read from the gateway's source and may name a code too many.`;

export function apiPage({ protocol, shapes, areas }) {
  const page = new Page(shapes);
  page.add(generated('API reference'), INTRO, contents(protocol, areas));
  page.add('## Creating an instance', '`new JMessage(options?)`. Every option may be left out.');
  page.fields('JMessageOptions', 'option');
  page.add('## The instance', 'Beside the methods and listeners below:');
  page.members(
    'Core',
    (name) => !areas.some(({ methods }) => methods.some((method) => method.name === name)),
  );
  page.add(
    '## Requests',
    'What every method returns that asks the server: the documented chain, which can also be awaited. It settles exactly once; a handler that is added later is called at once. Awaiting rejects with a `JMessageError` that has `code`, `message` and the whole answer in `data`; a timeout is 889009 there.',
  );
  page.members('JMessageRequest', (name) => name !== 'open');
  for (const { title, chinese, methods } of areas) {
    page.add(`## ${title} · ${chinese}`);
    for (const method of methods) page.method(method, protocol);
  }
  page.add(
    '## Listeners · 监听',
    'A second call of `onX` replaces the first listener, as in V2; `addListener(name, fn)` adds one and returns its removal. Listeners may be set before or after login: what arrives while there is none is kept for it for ten seconds.',
  );
  for (const name of protocol.LISTENER_NAMES) page.listener(name);
  page.add('## Shapes');
  page.shapes();
  return page.text;
}

function contents(protocol, areas) {
  const link = (name) => `[${name}](#${anchor(name)})`;
  const rows = areas.map(({ title, chinese, methods }) => [
    `${title}<br>${chinese}`,
    methods.map(({ name }) => link(name)).join(' · '),
  ]);
  return table(['', ''], [...rows, ['Listeners<br>监听', protocol.LISTENER_NAMES.map(link).join(' · ')]]);
}

const anchor = (name) => name.toLowerCase();

class Page {
  #parts = [];
  /** Shapes that are to be explained, in the order in which they were named. */
  #named = new Set();

  constructor(shapes) {
    this.all = shapes;
  }

  get text() {
    return `${this.#parts.join('\n\n')}\n`;
  }

  add(...parts) {
    this.#parts.push(...parts.filter((part) => part !== ''));
  }

  method(
    { name, title, since, summary, parameters, answer, second, row, events, failures, isLocal },
    protocol,
  ) {
    this.add(`### ${name}`, `**${title}**${since ? ` · ${since}` : ''}`, summary);
    if (parameters.length > 0) {
      this.add(
        table(
          ['parameter', 'type', 'limits', 'required', ''],
          parameters.map(({ name: field, type, limits, required, words, misprint }) => [
            code(field),
            type,
            limits.join(', '),
            required,
            misprint ? `${words} Also taken under the documents' misprint \`'${misprint}'\`.` : words,
          ]),
        ),
      );
    }
    this.add(
      [...this.#facts({ name, answer, second, row, events, failures, isLocal }, protocol)].join('  \n'),
    );
  }

  *#facts({ name, answer, second, row, events, failures, isLocal }, { ANSWERED_AS }) {
    if (answer.length > 0) yield `Answer: ${answer.map((field) => this.#field(field)).join('; ')}`;
    if (second !== '') yield `Second argument of \`onSuccess\`: ${this.#type(second)}`;
    if (isLocal) yield `Returns ${this.#returns(name)} at once; needs a login.`;
    else if (row.needs !== 'nothing') yield `Needs: \`${row.needs}\``;
    const wire = events.map(
      (event) => code(event) + (ANSWERED_AS[event] ? ` → ${code(ANSWERED_AS[event])}` : ''),
    );
    if (wire.length > 0) yield `On the wire: ${wire.join(', ')}`;
    if (row.upload) yield 'Uploads its file first: `onProgress` and `abort` of the request are for that.';
    if (row.lane) yield 'Goes out behind what was sent to the same conversation before.';
    if (failures.length > 0) yield `Fails with: ${failures.join(', ')}`;
  }

  #returns(name) {
    const signature = this.all.get('LocalApi')?.fields.find((field) => field.name === name)?.type ?? '';
    return code(signature.split('): ').at(-1) ?? 'void').replace('`void`', 'nothing');
  }

  #field({ name, optional, type, doc }) {
    return `${code(name + (optional ? '?' : ''))} ${this.#type(type)}${doc ? ` (${doc.replace(/\.$/, '')})` : ''}`;
  }

  listener(name) {
    const { doc = '', type = '' } =
      this.all.get('ListenerEvents')?.fields.find((field) => field.name === name) ?? {};
    const [, heading = ''] = /\(specification: (.+?)\)/.exec(doc) ?? [];
    const [, since = ''] = /\((since [\d.]+)\)/.exec(doc) ?? [];
    const summary = doc.replace(/ \((specification: .+?|since [\d.]+)\)/, '');
    this.add(`### ${name}`, `**${titleOf(name, heading)}**${since ? ` · ${since}` : ''}`, summary);
    const pushes = PUSHES[name].map(code).join(', ');
    this.add(
      [
        `Called with: ${type === 'undefined' ? 'nothing' : this.#type(type)}`,
        ...(pushes ? [`On the wire: ${pushes}`] : []),
        ...(type.startsWith('EventNotification') ? ['What there is: [events](wire-protocol.md#events)'] : []),
      ].join('  \n'),
    );
  }

  /** A table of a shape's fields. */
  fields(shape, head = 'field') {
    const rows = fieldsOfShape(this.all, shape).map(({ name, optional, type, doc }) => [
      code(name + (optional && head === 'field' ? '?' : '')),
      this.#type(type),
      doc,
    ]);
    this.add(table([head, 'type', ''], rows));
  }

  /** A table of a class's methods. */
  members(name, isWanted) {
    const members = this.all.get(name)?.fields ?? [];
    const rows = members
      .filter(({ doc, ...member }) => doc !== '' && !doc.startsWith('@internal') && isWanted(member.name))
      .map((member) => [this.#call(member), member.doc.replace(/@returns (.*)/, 'Returns $1.')]);
    this.add(table(['', ''], rows));
  }

  #call({ name, type }) {
    return code(name + type.replace(/^<.*?>(?=\()/, '').replace(/: (this|void)$/, ''));
  }

  shapes() {
    for (const name of this.#named) {
      const shape = this.all.get(name);
      this.add(`### ${name}`, shape.doc.replace(/ ?\(specification: .+?\)|^Specification: .+$/, ''));
      if (shape.choices)
        this.add(
          table(
            ['', ''],
            shape.choices.map(({ name: word, doc }) => [code(word), doc]),
          ),
        );
      else this.fields(name);
    }
  }

  #type(text) {
    for (const [name] of text.matchAll(/\b[A-Z]\w+\b/g)) if (this.all.has(name)) this.#named.add(name);
    return typeText(text, this.all);
  }
}
