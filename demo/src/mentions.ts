/** `@` mentions in group messages: the one being typed, and those of a text. Pure functions. */
interface Named {
  username: string;
  nickname: string;
}

/** The word for everyone after an `@` in both languages, because the reader's language is unknown. */
const EVERYONE = ['everyone', '所有人'];

export const nameInText = ({ nickname, username }: Named): string => nickname || username;

/** The unfinished name before the caret and the position of its `@`; undefined if there is none. */
export function typedMention(text: string, caret: number): { at: number; query: string } | undefined {
  const match = /(?:^|[\s\p{P}\p{Script=Han}])@([^\s@]{0,32})$/u.exec(text.slice(0, caret));
  const query = match?.[1];
  return query === undefined ? undefined : { at: caret - query.length - 1, query };
}

/** Members with a word in their name or user name that begins with the query. */
export function matching<T extends Named>(members: readonly T[], query: string): T[] {
  const wanted = query.toLowerCase();
  return members.filter(({ nickname, username }) =>
    [nickname, username, ...nickname.split(/\s+/)].some((name) => name.toLowerCase().startsWith(wanted)),
  );
}

const isWordChar = (character: string | undefined): boolean =>
  character !== undefined && /[\p{L}\p{N}_]/u.test(character) && !/\p{Script=Han}/u.test(character);

/** @returns the text without its mentions of that name; undefined if there are none */
function withoutMention(text: string, name: string): string | undefined {
  const mention = `@${name}`;
  let rest = '';
  let from = 0;
  for (let at = text.indexOf(mention); at >= 0; at = text.indexOf(mention, at + 1)) {
    const end = at + mention.length;
    if (at < from || isWordChar(text[end])) continue;
    rest += `${text.slice(from, at)} `;
    from = end;
  }
  return from === 0 ? undefined : rest + text.slice(from);
}

/** @returns the `at_list` of a text: undefined for no mention, an empty list for everyone */
export function addressed(text: string, members: readonly Named[]): { username: string }[] | undefined {
  if (EVERYONE.some((name) => withoutMention(text, name) !== undefined)) return [];
  // Longest first, so that a name does not match the beginning of a longer one.
  const byLength = [...members].sort((a, b) => nameInText(b).length - nameInText(a).length);
  const users: { username: string }[] = [];
  let rest = text;
  for (const member of byLength) {
    const without = withoutMention(rest, nameInText(member)) ?? withoutMention(rest, member.username);
    if (without === undefined) continue;
    rest = without;
    users.push({ username: member.username });
  }
  return users.length === 0 ? undefined : users;
}
