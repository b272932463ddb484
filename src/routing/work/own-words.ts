import type { Wish } from '../../ir/work.ts';

/** What agents put before, beside and between the user's words, as parts of a user message of their own. */
const INJECTED: readonly RegExp[] = [
  // Wrapped as a whole in a tag: <environment_context>, <turn_aborted>, <system-reminder>, <subagent_notification>, ...
  /^<([a-z][\w-]*)(?: [^>\n]*)?>[\s\S]*<\/\1>$/,
  /^<(?:environment_context|permissions instructions|skills_instructions|collaboration_mode|user_instructions)>/,
  /^<\/?image\b[^>]*>$/,
  /^# AGENTS\.md instructions/,
  /^These AGENTS\.md instructions replace/,
  /^The previously provided AGENTS\.md instructions/,
];

/** How a summary begins that stands where a conversation stood: Codex's own, ours, Claude Code's. */
const SUMMARY =
  /^(?:Another language model started to solve this problem and produced a summary|The earlier part of this conversation was condensed\.|This session is being continued from a previous conversation)/;

/** @param text  a part of a user message, trimmed. */
export function isInjected(text: string): boolean {
  return INJECTED.some((pattern) => pattern.test(text));
}

export function isSummary(text: string): boolean {
  return SUMMARY.test(text);
}

/** Longer than this, a message says something of its own, and is no mere nod. */
const NOD_LENGTH = 240;

const NOD =
  /^(?:(?:ok(?:ay)?|yes|yep|yeah|sure|please|now|so|and|then|no|nope|hm+|great|good|thanks|thank you)[\s,.!:;-]*)*(?:$|continue\b|go (?:on|ahead)\b|proceed\b|carry on\b|keep (?:going|at it|on)\b|(?:try|do it|run it) (?:again|once more)\b|retry(?: (?:it|that|this|now|please))?[\s.!]*$|again\b|do (?:it|that|this)\b[.!]*$|fix (?:it|that|this|them)\b[.!]*$|implement (?:the|this|that|your) plan\b|finish (?:it|this|that)\b[.!]*$)/i;

/** Said of what is in hand: "it", "that", "the fix", "still", "again". "The login page does not work" is a task of its own. */
const TROUBLE: readonly RegExp[] = [
  /\bstill\b[^.!?\n]{0,60}\b(?:fail\w*|broken|wrong|errors?|crash\w*|red|not work\w*|hang\w*|missing)\b/i,
  /\b(?:fail\w*|broken?|crash\w*|wrong|hangs?|red) again\b|\bagain (?:broken|wrong|failing|red)\b/i,
  /\b(?:it|this|that|these|those|they|nothing|(?:the|your|this|that) (?:(?:last|latest|new|second) )?(?:fix|change|patch|edit|solution|attempt|tests?|build|code|script))(?: also| really| even)? (?:did|does|do|is|was|are)(?:n't|n’t| not) (?:work\w*|help\w*|fix\w*|compile|pass\w*|build|right|correct|solved)\b/i,
  /^(?:(?:no|nope|hm+|ok|but|well|sorry|unfortunately)[\s,.!:;-]+)*(?:(?:did|does|do|is|was)(?:n't|n’t| not)|not) (?:work\w*|help\w*|fix\w*|compile|pass\w*|build|right|correct|solved)\b/i,
  /(?:^|\b(?:still|now|no|gets?|got|getting|see|seeing|have|hits?|throws|gives?|it is|it's|it’s),? )(?:exactly )?(?:the )?same (?:error|problem|issue|failure|bug)\b/i,
  /\b(?:that|this|it)(?:'s|’s| is) (?:still )?(?:wrong|broken|not (?:right|working|fixed|solved))\b/i,
];

/** Does the user say that what was done does not work? Long messages are tasks of their own, whatever words they hold. */
export function isTrouble(text: string): boolean {
  return text.length <= NOD_LENGTH && TROUBLE.some((pattern) => pattern.test(text));
}

/** Does this message go on with the task in hand, and begin none of its own? */
export function isFollowUp(text: string): boolean {
  if (text.length > NOD_LENGTH) return false;
  return NOD.test(text) || isTrouble(text) || (wishOf(text) !== undefined && text.length <= NOD_LENGTH / 2);
}

/** The words that Codex itself sends when a plan is accepted, in the same thread and in a fresh one. */
const TAKES_UP = /\bimplement (?:the|this|that|your) plan\b|\bapproved plan at [^\n]{1,400} and implement it\b/i;
const TAKES_UP_LENGTH = 600;

/** Does the user take up a plan? */
export function takesUpPlan(text: string): boolean {
  return text.length <= TAKES_UP_LENGTH && TAKES_UP.test(text);
}

const VERB = String.raw`(?:^|[.,;:!?\n]\s*|\b(?:please|now|and|then|you (?:can|may|should|must)|let(?:'s|’s| us)|just|better) )(?:use|take|try|switch(?: back)?(?: over)? to|move (?:up|down|back|over)? ?to|go (?:up|down|back)? ?to|hand (?:it|this|over)(?: over)? to|ask) (?:(?:the|a|your|my) )?`;
/** Of other things, too, one says "use a larger one" and "use the default model". */
const BACK = String.raw`\b(?:switch|go|move)(?: back| up| down)?(?: over)? to (?:the |your )`;
/** What may follow, where the words are about the work in hand and not about a program that has models of its own. */
const AFTER = String.raw`(?= *(?:$|[.,;:!?\n)]|(?:now|here|please|again|instead|from|to|and|until|then|if|on (?:this|that|it)|for (?:this|that|it|now|the (?:rest|task|next|fix)))\b))`;
const STRONGER =
  '(?:strong(?:er|est)?|big(?:ger|gest)?|larger?|largest|best|better|smart(?:er|est)?|more (?:capable|powerful)|most (?:capable|powerful))';
const CHEAPER = '(?:cheap(?:er|est)?|small(?:er|est)?|weak(?:er)?|fast(?:er|est)?|light(?:er)?|simpler?)';
const STRONG = new RegExp(
  String.raw`${VERB}${STRONGER} (?:model|ai|llm)\b${AFTER}|${BACK}${STRONGER} one\b|(?:^|[.!?\n]\s*|\bplease |\band )escalate(?= *(?:$|[.!\n]|(?:now|this|it|please)\b))|(?:^|[.,;:!?\n]\s*|\bplease |\band )(?:think (?:harder|very hard|longer|deeper|more deeply)|ultrathink)\b(?! the)`,
  'i',
);
const CHEAP = new RegExp(
  String.raw`${VERB}${CHEAPER} (?:model|ai|llm)\b${AFTER}|${BACK}(?:${CHEAPER} one|default model)\b|(?:^|[.!?\n]\s*|\bplease )(?:de-?escalate|step (?:back )?down)(?= *(?:$|[.!\n]|(?:now|again|please)\b))`,
  'i',
);

/** Code and quotations: matter, whoever is addressed in it. */
const SHOWN = /^```[\s\S]*?(?:^```|$(?![\s\S]))|^[ \t]*>.*$/gm;

/** Past this, words are read as matter, not as address to the gateway. */
const WISH_LENGTH = 2_000;

/** Which model the user asks for in so many words. */
export function wishOf(text: string): Wish | undefined {
  const heard = text.slice(0, WISH_LENGTH).replace(SHOWN, '');
  if (STRONG.test(heard)) return 'strong';
  return CHEAP.test(heard) ? 'cheap' : undefined;
}

/** The mode that Codex's developer message names: `# Plan Mode (Conversational)`, `# Collaboration Mode: Default`.
 *  @returns undefined where the text names none. */
export function planModeOf(text: string): boolean | undefined {
  if (!text.startsWith('<collaboration_mode>')) return undefined;
  return /^<collaboration_mode>\s*# (?:Plan Mode|Collaboration Mode: Plan)/.test(text);
}

/** A plan as Codex's plan mode wraps it, or as models write one: three steps or more, in order. */
export function isPlan(text: string): boolean {
  if (text.includes('<proposed_plan>')) return true;
  const steps = text.match(/^\s{0,3}(?:\d+[.)]|[-*] \[[ x]\]|step \d+\b)\s*\S/gim);
  return steps !== null && steps.length >= 3;
}
