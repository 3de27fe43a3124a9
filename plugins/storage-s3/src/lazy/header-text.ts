import { parse } from 'yaml'

/** `NAME: value` lines, or a list of such, as YAML. */
export function parseYaml(text: string): unknown {
  return parse(text)
}
