/** What failed, as programs put it; levels of logs among them. */
const WORDS =
  /\b(?:error|errors|err|errno|erro|fail(?:s|ed|ure|ures|ing)?|exception|exceptions|fatal|panic(?:ked)?|critical|crit|severe|emerg|alert|abort(?:s|ed|ing)?|crash(?:ed|es)?|segfault|traceback|assert(?:ion)?|denied|refused|rejected|unreachable|unavailable|timed out|timeout|broken|corrupt(?:ed|ion)?|killed|oom|cannot|can't|could not|couldn't|unable|invalid|unknown|undefined|unexpected|missing|violation|illegal|forbidden|break-in|not found|no such|lost|dead|stderr)\b/iu;
/** Within a word: `NullPointerException`, `ERR_DATA_INSERT`, `isError`; and in languages that put no spaces between words, or
 *  whose words change. */
const INSIDE =
  /Error|ERROR|Exception|EXCEPTION|Fail|FAIL|ERR_|FATAL|error|exception|fail|错误|錯誤|失败|失敗|异常|異常|超时|エラー|例外|오류|에러|실패|Fehler|fehler|fehlgeschlagen|[Ee]rreur|[Éé]chec|[Ff]all[oó]|[Оо]шибк/u;
/** A level of one letter, as Android and glog write it. */
const LETTER = /^(?:\S+\s+){0,5}[EF]\s|^[EF]\d{4}\s|^[EF]\//u;

/** Does a line tell of something that went wrong? */
export function tellsOfFailure(line: string): boolean {
  return WORDS.test(line) || INSIDE.test(line) || LETTER.test(line);
}
