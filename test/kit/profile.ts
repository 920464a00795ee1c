/** Profile fields that the user has never set, as every answer has them. */
export const UNSET_PROFILE = { birthday: '', gender: 0, signature: '', region: '', address: '' };
