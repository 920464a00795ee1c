/** The four requests of S3 that the gateway makes, to Amazon's or to any server of that protocol. */
import { AwsClient } from 'aws4fetch';

/** How long the server may take to begin its answer. */
const ANSWER_MS = 30_000;
const NOT_FOUND = 404;

type Environment = Readonly<Record<string, string | undefined>>;

interface BucketRequest {
  method: 'GET' | 'HEAD' | 'PUT' | 'DELETE';
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: Blob;
}

export interface Listed {
  key: string;
  writtenMs: number;
}

export class Bucket {
  readonly #client: AwsClient;
  readonly #url: string;
  readonly #prefix: string;

  /**
   * @param where `s3://bucket` or `s3://bucket/prefix`
   * @param environment has the keys, and where the server is
   * @throws when one of them is missing
   */
  constructor(
    readonly where: string,
    environment: Environment,
  ) {
    const { hostname: name, pathname } = new URL(where);
    const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
    if (!name) throw new Error(`${where} names no bucket: give --media s3://bucket`);
    if (!accessKeyId || !secretAccessKey) {
      throw new Error(`${where} needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment`);
    }
    const region = environment.AWS_REGION || 'us-east-1';
    const server =
      environment.AWS_ENDPOINT_URL_S3 || environment.AWS_ENDPOINT_URL || `https://s3.${region}.amazonaws.com`;
    const { AWS_SESSION_TOKEN: sessionToken } = environment;
    this.#client = new AwsClient({
      accessKeyId,
      secretAccessKey,
      ...(sessionToken && { sessionToken }),
      service: 's3',
      region,
    });
    this.#url = `${server.replace(/\/+$/, '')}/${name}`;
    const prefix = pathname.replace(/^\/+|\/+$/g, '');
    this.#prefix = prefix === '' ? '' : `${prefix}/`;
  }

  /** @throws when it cannot be used */
  async open(): Promise<void> {
    const response = await this.#send('', { method: 'GET', query: { 'max-keys': '1' } });
    const said = await response.text();
    if (response.ok) return;
    const [, code = response.statusText] = /<Code>(\w+)<\/Code>/.exec(said) ?? [];
    throw new Error(`${this.where} cannot be used at ${this.#url}: ${response.status} ${code}`);
  }

  async put(key: string, content: Blob): Promise<void> {
    await expectOk(await this.#send(key, { method: 'PUT', body: content }));
  }

  /** @returns the content, or a range of it; undefined if it is not there */
  async get(key: string, range?: string): Promise<ReadableStream<Uint8Array> | undefined> {
    const response = await this.#send(key, { method: 'GET', ...(range && { headers: { range } }) });
    if (response.status === NOT_FOUND) return undefined;
    await expectOk(response);
    return response.body ?? undefined;
  }

  async remove(key: string): Promise<void> {
    const response = await this.#send(key, { method: 'DELETE' });
    if (response.status !== NOT_FOUND) await expectOk(response);
  }

  /** All that is below the prefix, in portions. */
  async *list(portion: number): AsyncGenerator<Listed[]> {
    let last: string | undefined = '';
    while (last !== undefined) {
      const query = { 'max-keys': String(portion), prefix: this.#prefix, marker: last };
      const response = await this.#send('', { method: 'GET', query });
      await expectOk(response);
      const page = await response.text();
      const listed = [...page.matchAll(/<Contents>(.*?)<\/Contents>/gs)].map(([, entry = '']) => ({
        key: textOf(entry, 'Key'),
        writtenMs: Date.parse(textOf(entry, 'LastModified')),
      }));
      yield listed.map((one) => ({ ...one, key: one.key.slice(this.#prefix.length) }));
      last = textOf(page, 'IsTruncated') === 'true' ? listed.at(-1)?.key : undefined;
    }
  }

  /** The time is that until the answer begins: a client may take its time to read a file. */
  async #send(key: string, { method, query = {}, headers = {}, body }: BucketRequest): Promise<Response> {
    const path =
      key === ''
        ? ''
        : `/${[...this.#prefix.split('/').slice(0, -1), ...key.split('/')].map(encodeURIComponent).join('/')}`;
    const url = new URL(`${this.#url}${path}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new Error('S3 does not answer')), ANSWER_MS);
    try {
      const signed = await this.#client.sign(url.href, { method, headers, ...(body && { body }) });
      return await fetch(signed, { signal: late.signal });
    } finally {
      clearTimeout(timer);
    }
  }
}

async function expectOk(response: Response): Promise<void> {
  if (response.ok) return;
  const said = await response.text();
  const [, code = ''] = /<Code>(\w+)<\/Code>/.exec(said) ?? [];
  throw new Error(`S3 answered ${response.status} ${code}`);
}

/** The text of an element of XML without children. */
function textOf(xml: string, element: string): string {
  const [, text = ''] = new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml) ?? [];
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (_, name: keyof typeof ENTITIES) => ENTITIES[name]);
}

const ENTITIES = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
