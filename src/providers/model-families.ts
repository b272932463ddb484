/** What a model's name says of its maker and its weights. For policies that must know it before they let a call pass: a
 *  name that no row matches is unknown, and unknown is not let pass.
 *  @property openWeights  its weights can be downloaded, under whatever licence.
 *  @property openai       nobody but OpenAI, and who sells its service on, serves it. */
export type ModelFamily = { readonly openWeights: boolean; readonly openai: boolean };

type Row = ModelFamily & { readonly name: RegExp; readonly source: string };

const open = (name: RegExp, source: string): Row => ({ name, openWeights: true, openai: false, source });
const closed = (name: RegExp, source: string): Row => ({ name, openWeights: false, openai: false, source });
const openais = (name: RegExp, source: string): Row => ({ name, openWeights: false, openai: true, source });

const hub = (organisation: string): string => `https://huggingface.co/${organisation}`;

/** The last row that matches counts: a maker first, its open models after it. Names are lower-case and without the
 *  vendor in front of them. */
const ROWS: readonly Row[] = [
  openais(/(^|[^a-z])(chat)?gpt-?\d|chatgpt|^gpt-(?!oss)/, 'https://platform.openai.com/docs/models'),
  openais(/(^|[-_])o[1-9](-|$)/, 'https://platform.openai.com/docs/models'),
  openais(/^(codex|davinci|babbage|computer-use)(-|$)/, 'https://platform.openai.com/docs/models'),
  open(/(^|-)gpt-oss/, hub('openai')),

  closed(/claude/, 'https://docs.claude.com/en/docs/about-claude/models/overview'),
  closed(/^gemini/, 'https://ai.google.dev/gemini-api/docs/models'),
  open(/^(code|med|data|t5-?|shield|function)?gemma/, hub('google')),
  closed(/^grok/, 'https://docs.x.ai/docs/models'),
  open(/^grok-[12]($|[-:](?!vision))/, hub('xai-org')),

  closed(/^(mistral|ministral|magistral|codestral|devstral|pixtral|voxtral)/, 'https://docs.mistral.ai/models'),
  open(/^(open-)?mi[sx]tral-(7b|8x7b|8x22b|nemo)|^mixtral/, hub('mistralai')),
  open(/^mistral-small-(24b|3|2501|2503|2506|2603)|^mistral-large-(2407|2411|2512|3)/, hub('mistralai')),
  open(
    /^(devstral|magistral)-small|^devstral-2|^ministral-(3|8b)|^pixtral-(12b|large-2411)|^codestral-22b/,
    hub('mistralai'),
  ),

  closed(/^(qwen|qwq|qvq|tongyi)/, 'https://www.alibabacloud.com/help/en/model-studio/models'),
  open(/^(qwen|qwq|qvq)[\w.:-]*\d+(\.\d+)?b(?![a-z])/, hub('Qwen')),
  open(/^qwen3-coder(-next)?(:free|:exacto|:nitro)?$/, hub('Qwen')),

  closed(/^deepseek/, 'https://api-docs.deepseek.com/quick_start/pricing'),
  open(/^deepseek-(v\d|r\d|chat|reasoner|coder|prover|llm|vl|ocr|math)/, hub('deepseek-ai')),
  closed(/^(kimi|moonshot|k\d)/, 'https://platform.moonshot.ai/docs/pricing/chat'),
  open(/^kimi-(k2|linear|dev|vl)/, hub('moonshotai')),
  closed(/^(zai-|databricks-)?glm-/, 'https://docs.z.ai/guides/overview/overview'),
  open(/^(zai-)?glm-(4\.[567](-air|v)?|4\.7-flash|4-(9|32)b[\w-]*|5(\.[12])?)(-fp8)?(:\w+)?$/, hub('zai-org')),
  closed(/^(minimax|abab)/, 'https://platform.minimax.io/docs/guides/models-intro'),
  open(/^minimax-m(1|2)(\.\d)?(-\d+k)?(:\w+)?$/, hub('MiniMaxAI')),
  closed(/^step-/, 'https://platform.stepfun.com/docs/llm/text'),
  open(/^step-?3\.5-flash/, hub('stepfun-ai')),
  closed(/^mimo-/, 'https://platform.xiaomimimo.com'),
  open(/^mimo-(7b|vl-7b|v2-flash)/, hub('XiaomiMiMo')),
  closed(/^(ernie|hunyuan|hy\d|doubao|ark-code)/, 'https://www.volcengine.com/docs/82379/1330310'),
  open(/^ernie-4\.5-[\w-]*\d+b/, hub('baidu')),
  open(/^hunyuan-(a13b|[\d.]+b)|^seed-oss/, hub('ByteDance-Seed')),
  closed(/^longcat/, 'https://longcat.chat/platform/docs'),
  open(/^longcat-flash/, hub('meituan-longcat')),

  open(/^(meta-)?(code)?llama-?\d/, hub('meta-llama')),
  open(/^codellama|^tinyllama/, hub('codellama')),
  open(/^phi-?[1-4]/, hub('microsoft')),
  open(/nemotron/, hub('nvidia')),
  closed(/^(command|c4ai|aya|north)/, 'https://docs.cohere.com/docs/models'),
  open(/^(c4ai-|aya-)|^command-r(-plus)?-\d|^command-a-(03-2025|reasoning-08-2025)/, hub('CohereLabs')),
  open(/^granite-/, hub('ibm-granite')),
  open(/^(olmo|tulu|molmo)/, hub('allenai')),
  open(/^(smollm|starcoder|starcoder2|zephyr)/, hub('HuggingFaceTB')),
  open(/^(yi-(1\.5-)?\d+b|yi-coder)/, hub('01-ai')),
  open(/^internlm/, hub('internlm')),
  open(/^falcon/, hub('tiiuae')),
  open(/^exaone/, hub('LGAI-EXAONE')),
  open(/^solar-(10\.7b|open)/, hub('upstage')),
  closed(/^solar-(mini|pro)/, 'https://console.upstage.ai/docs/capabilities/generate/reasoning'),
  open(/^(ling|ring)-(1t|2\.5|flash|mini)/, hub('inclusionAI')),
  open(/^(hermes|nous-hermes|deephermes)/, hub('NousResearch')),
  open(/^lfm2/, hub('LiquidAI')),
  open(/^(ai21-)?jamba/, hub('ai21labs')),
  closed(/^(nova-|amazon-nova)/, 'https://docs.aws.amazon.com/nova/latest/userguide/what-is-nova.html'),
  closed(/^sonar/, 'https://docs.perplexity.ai/getting-started/models'),
  closed(/^mercury/, 'https://docs.inceptionlabs.ai/get-started/models'),
];

/** Vendors that stand before OpenAI's own models where a service lists the models of many. */
const OPENAI_VENDOR = /(^|[/.@])openai[/.]/;

/** @param upstreamId  as the provider calls it: `openai/gpt-oss-120b`, `accounts/x/models/kimi-k2`, `qwen2.5-coder:3b`. */
export function familyOf(upstreamId: string): ModelFamily | undefined {
  const id = upstreamId.toLowerCase();
  const name = nameOf(id);
  const row = ROWS.findLast((one) => one.name.test(name));
  if (row === undefined && OPENAI_VENDOR.test(id)) return { openWeights: false, openai: true };
  return row;
}

/** Without folders and vendors: `us.anthropic.claude-x` is `claude-x`. */
function nameOf(id: string): string {
  const last = id.slice(id.lastIndexOf('/') + 1);
  return last.replace(/^(?:[a-z]+\.)+(?=[a-z])/, '').replace(/^(databricks|openai|meta|snowflake)-(?=[a-z])/, '');
}

/** Does the model's name say that the server which has it forwards it? `gpt-oss:120b-cloud`, `glm-4.6:cloud`.
 *  Source: https://docs.ollama.com/cloud */
export function isNamedForwarded(upstreamId: string): boolean {
  return /[-:]cloud$/i.test(upstreamId);
}

/** Where OpenAI's own services answer, beside its presets: for a provider that was written without one. */
export const OPENAI_HOSTS: readonly { readonly host: string; readonly source: string }[] = [
  { host: 'openai.com', source: 'https://platform.openai.com/docs/api-reference' },
  { host: 'chatgpt.com', source: 'https://help.openai.com/en/articles/9247338' },
  { host: 'openai.azure.com', source: 'https://learn.microsoft.com/azure/ai-foundry/openai/latest' },
];
