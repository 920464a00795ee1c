/**
 * `GET /media/<media_id>?e=…&s=…`: hands out a file to whoever has a signed address, which `get_resource` gives and which expires. No
 * uploaded file can act as a page of this server. Only plain images are shown, and all other files are saved.
 */
import type { FastifyInstance } from 'fastify';
import { CODES, MESSAGES } from '../../../src/protocol/index.js';
import type { Services } from '../services/services.js';
import { answerErrors, HttpRefusal, sendRefusal } from './errors.js';
import { servedAs } from './media-type.js';

const MS_PER_SECOND = 1_000;

const FORGED = new HttpRefusal(403, CODES.authFail, 'not an address that this server has given out');
const EXPIRED = new HttpRefusal(403, CODES.authFail, 'this address has expired: ask for another one');
const NOT_FOUND = new HttpRefusal(404, CODES.fileNotExist, MESSAGES[CODES.fileNotExist]);

interface Route {
  Params: { id: string };
  Querystring: { e?: unknown; s?: unknown };
}

export async function downloads(http: FastifyInstance, services: () => Services): Promise<void> {
  answerErrors(http, { invalid: CODES.invalidValue, internal: CODES.internalError }, () => services().log);
  http.get<Route>('/media/:id', async (request, reply) => {
    const { store, tickets, now } = services();
    const { e: expires, s: signature } = request.query;
    const verdict =
      typeof expires === 'string' && typeof signature === 'string'
        ? tickets.verifyMedia(request.params.id, expires, signature)
        : 'forged';
    if (verdict !== 'good') return sendRefusal(reply, verdict === 'expired' ? EXPIRED : FORGED);
    const media = await store.media.find(request.params.id);
    if (!media) return sendRefusal(reply, NOT_FOUND);

    const served = await store.media.files.serve(request.raw, media);
    if (!served) return sendRefusal(reply, NOT_FOUND);
    const { statusCode, headers, stream } = served;
    const { contentType, inline } = servedAs(media.mime);
    const leftSeconds = Math.max(0, Math.floor(Number(expires) - now() / MS_PER_SECOND));
    return reply
      .code(statusCode)
      .headers(headers)
      .headers({
        'content-type': contentType,
        'content-disposition': disposition(inline ? 'inline' : 'attachment', media.fname),
        'cache-control': `private, max-age=${leftSeconds}`,
        'content-security-policy': "sandbox; default-src 'none'",
        'cross-origin-resource-policy': 'cross-origin',
        'x-content-type-options': 'nosniff',
      })
      .send(stream);
  });
}

/** RFC 6266: the name as it is, and for clients that do not know that form what ASCII has of it. */
function disposition(type: 'inline' | 'attachment', name: string): string {
  if (name === '') return type;
  const plain = name.replace(/[^ -~]|["\\%]/g, '_');
  return `${type}; filename="${plain}"; filename*=UTF-8''${encodeName(name)}`;
}

/** RFC 8187: of what `encodeURIComponent` leaves, four characters are not allowed. */
const encodeName = (name: string): string =>
  encodeURIComponent(name).replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
