/**
 * The methods by name: all that a tab needs of the method table at run time. The table is keyed by this list, so the two cannot differ.
 */
export const METHOD_NAMES = [
  'init',
  'register',
  'login',
  'attach',
  'loginOut',
  'getUserInfo',
  'updateSelfInfo',
  'getConversation',
  'sendSingleMsg',
] as const;

export type MethodName = (typeof METHOD_NAMES)[number];
