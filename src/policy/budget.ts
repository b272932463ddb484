/** Money in accounts: what was spent, and what is promised to calls under way. All sums are nano-USD. */
export type Limit = { readonly account: string; readonly nanoUsd: number };

/** A promise to one call, drawn on several accounts at once.
 *  @property grow     more is needed: all or nothing. @property settle, release  the first of them counts, once. */
export type Hold = {
  readonly held: () => number;
  readonly grow: (nanoUsd: number) => boolean;
  readonly settle: (nanoUsd: number) => void;
  readonly release: () => void;
};

/** @property left  of a limit, after all that is spent and promised.
 *  @property add   what was spent before, as the ledger has it.
 *  @property hold  undefined where a limit does not allow it. */
export type Budget = {
  readonly left: (limit: Limit) => number;
  readonly spent: (account: string) => number;
  readonly add: (account: string, nanoUsd: number) => void;
  readonly hold: (accounts: readonly string[], limits: readonly Limit[], nanoUsd: number) => Hold | undefined;
};

/** @property holds  calls under way that draw on it. */
type Account = { spent: number; promised: number; holds: number };

/** Accounts that are kept, some 20 MB of them. */
const MAX_ACCOUNTS = 100_000;

/** @param maxAccounts  beyond them the one that was left alone for longest is forgotten, where no call draws on it. A session
 *  that comes back after so many others begins anew, which its client could have had under another name. */
export function createBudget(maxAccounts = MAX_ACCOUNTS): Budget {
  /** In the order of use. */
  const accounts = new Map<string, Account>();

  function accountOf(name: string): Account {
    const account = accounts.get(name) ?? { spent: 0, promised: 0, holds: 0 };
    accounts.delete(name);
    accounts.set(name, account);
    if (accounts.size > maxAccounts) forgetOne(account);
    return account;
  }

  function forgetOne(but: Account): void {
    for (const [name, account] of accounts) {
      if (account.holds > 0 || account === but) continue;
      accounts.delete(name);
      return;
    }
  }

  const left = ({ account, nanoUsd }: Limit): number => {
    const found = accounts.get(account);
    return found === undefined ? nanoUsd : nanoUsd - found.spent - found.promised;
  };

  return {
    left,
    spent: (account) => accounts.get(account)?.spent ?? 0,
    add: (account, nanoUsd) => {
      accountOf(account).spent += amount(nanoUsd);
    },
    hold: (names, limits, nanoUsd) => {
      const fits = (more: number): boolean => limits.every((limit) => left(limit) >= more);
      let held = amount(nanoUsd);
      if (!fits(held)) return undefined;
      const drawn = [...new Set(names)].map((name) => {
        const account = accountOf(name);
        account.holds += 1;
        return account;
      });
      const promise = (more: number): void => {
        for (const account of drawn) account.promised += more;
      };
      let open = true;
      promise(held);
      const close = (nanoSpent: number): void => {
        if (!open) return;
        open = false;
        promise(-held);
        for (const account of drawn) {
          account.spent += nanoSpent;
          account.holds -= 1;
        }
        held = 0;
      };
      return {
        held: () => held,
        grow: (more) => {
          if (!open || !fits(amount(more))) return false;
          held += more;
          promise(more);
          return true;
        },
        settle: (nanoSpent) => close(amount(nanoSpent)),
        release: () => close(0),
      };
    },
  };
}

/** @throws RangeError for what is no sum of money: a NaN would make every limit hold for ever, or none. */
function amount(nanoUsd: number): number {
  if (!Number.isFinite(nanoUsd) || nanoUsd < 0) throw new RangeError(`no sum of money: ${nanoUsd}`);
  return nanoUsd;
}
