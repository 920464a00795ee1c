/** The last message of each account in each of its conversations: messages of a conversation keep their order, so they come after all others. */
import { ACCOUNTS, conversationOf, isPartOf, TARGETS, type Target } from './cast.js';
import type { LiveTab } from './stage.js';

export interface LastWord {
  name: string;
  /** The tab that said it. It receives no copy. */
  by: string;
  conversation: string;
}

/** @param send sends one message of a tab, and returns the message's name */
export function sayLastWords(
  tabs: readonly LiveTab[],
  send: (tab: LiveTab, to: Target) => string,
): LastWord[] {
  return ACCOUNTS.flatMap((account) => {
    const speaker = tabs.find(({ record }) => record.account === account);
    if (!speaker) return [];
    return TARGETS.filter((to) => to !== account).map((to) => ({
      name: send(speaker, to),
      by: speaker.record.name,
      conversation: conversationOf(account, to),
    }));
  });
}

/** A tab that has received the last words has received all messages. */
export function hasReceived({ record: { account, name, delivered } }: LiveTab, words: readonly LastWord[]) {
  const received = new Set(delivered.map((one) => one.name));
  return words.every(
    (word) => word.by === name || !isPartOf(account, word.conversation) || received.has(word.name),
  );
}
