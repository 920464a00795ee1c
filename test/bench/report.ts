/** A report as text: the table, and the comparison of two reports. */
import { type Figure, isMet, type Report, ratioOf, type Spread } from './figures.js';

const short = (value: number): string =>
  value !== 0 && Math.abs(value) < 1_000
    ? Number(value.toPrecision(3)).toString()
    : Math.round(value).toLocaleString('en');

const range = ({ median, least, most }: Spread): string =>
  least === most ? short(median) : `${short(median)} (${short(least)} – ${short(most)})`;

const verdict = (figure: Figure): string => {
  const { target } = figure;
  const met = isMet(figure);
  if (!target || met === undefined) return '';
  const sign = figure.better === 'lower' ? '≤' : '≥';
  const wanted = 'ratio' in target ? `${target.ratio} ×` : short(target.value);
  return `${sign} ${wanted}: ${met ? 'met' : 'not met'}`;
};

/** Markdown. */
export function tableOf({ figures }: Pick<Report, 'figures'>): string {
  const lines = ['| | | ours | baseline | ratio | target |', '|---|---|---|---|---|---|'];
  for (const figure of figures) {
    const { suite, name, unit, ours, baseline } = figure;
    const ratio = ratioOf(figure);
    lines.push(
      `| ${suite} | ${name} | ${range(ours)} ${unit} | ${baseline ? `${range(baseline)}, ${baseline.name}` : ''} | ${
        ratio === undefined ? '' : `${short(ratio)} ×`
      } | ${verdict(figure)} |`,
    );
  }
  return lines.join('\n');
}

/** How each figure has changed since an earlier report, as far as that has it. */
export function comparisonOf(now: Report, before: Report): string {
  const lines = ['| | | before | now | change |', '|---|---|---|---|---|'];
  for (const figure of now.figures) {
    const other = before.figures.find(({ suite, name }) => suite === figure.suite && name === figure.name);
    if (!other) continue;
    // Ratios, where there are any: the two machines may have been differently busy.
    const [was, is] = [ratioOf(other), ratioOf(figure)];
    const inRatios = was !== undefined && is !== undefined;
    const [from, to] = inRatios ? [was, is] : [other.ours.median, figure.ours.median];
    const unit = inRatios ? '×' : figure.unit;
    const change = `${from === 0 ? '–' : `${to >= from ? '+' : ''}${Math.round((to / from - 1) * 100)} %`}`;
    lines.push(
      `| ${figure.suite} | ${figure.name} | ${short(from)} ${unit} | ${short(to)} ${unit} | ${change} |`,
    );
  }
  return lines.join('\n');
}
