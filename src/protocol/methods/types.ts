/** The API's methods by name: types for the method table, the worker and the tests. */
import type { AccountsApi } from '../api/accounts.js';
import type { ConversationsApi, LocalApi } from '../api/conversations.js';
import type { FriendsApi } from '../api/friends.js';
import type { GroupsApi } from '../api/groups.js';
import type { ListsApi } from '../api/lists.js';
import type { OutboxApi } from '../api/outbox.js';
import type { ReceiptsApi } from '../api/receipts.js';
import type { JMessageRequest } from '../api/request.js';
import type { RoomsApi } from '../api/rooms.js';
import type { SendsApi } from '../api/sends.js';

/** Methods that return a request. */
interface RequestsApi
  extends AccountsApi,
    ConversationsApi,
    SendsApi,
    ReceiptsApi,
    GroupsApi,
    FriendsApi,
    ListsApi,
    RoomsApi,
    OutboxApi {}
/** Name of a method that returns a request. */
export type MethodName = keyof RequestsApi;
/** Name of a method that returns at once. */
export type LocalName = keyof LocalApi;

type ApiMethods = RequestsApi & LocalApi;
/** Parameters of a method; undefined if it takes none. */
export type ParamsOf<N extends MethodName | LocalName> = Parameters<ApiMethods[N]>[0];
/** Answer of a method. */
export type AnswerOf<N extends MethodName> =
  ReturnType<RequestsApi[N]> extends JMessageRequest<infer A, infer _S, infer _R> ? A : never;
