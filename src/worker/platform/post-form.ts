/** Posts a form by XMLHttpRequest: `fetch` does not tell how far an upload is. */
import { type PostForm, Stalled } from './platform.js';

/** Without a byte moving for this long the network counts as gone. */
const STALL_TIMEOUT_MS = 60_000;

export const postForm: PostForm = ({ url, headers, form, onProgress, signal }) =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    let hasStalled = false;
    const stall = () => {
      hasStalled = true;
      request.abort();
    };
    let stalled = setTimeout(stall, STALL_TIMEOUT_MS);
    request.upload.onprogress = ({ loaded, total }) => {
      clearTimeout(stalled);
      stalled = setTimeout(stall, STALL_TIMEOUT_MS);
      onProgress(loaded, total);
    };
    request.onloadend = () => {
      clearTimeout(stalled);
      signal.removeEventListener('abort', abort);
      if (hasStalled) return reject(new Stalled('no progress for a minute'));
      if (request.status === 0) return reject(new Error('the network failed'));
      resolve({ status: request.status, body: parse(request.responseText) });
    };
    const abort = () => request.abort();
    signal.addEventListener('abort', abort);
    if (signal.aborted) reject(new Error('aborted'));
    else request.send(form);
  });

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
