/**
 * `npm run bench:charts [-- FILE]`: draws a report of `npm run bench` for docs/performance.md: the table, and pictures by Vega-Lite. The
 * report that they are from is kept beside them.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { parse, View } from 'vega';
import { compile } from 'vega-lite';
import { runnerImport } from 'vite';
import { inRoot } from '../lib/paths.mjs';

const PAGE = inRoot('docs/performance.md');
const FOLDER = inRoot('docs/performance');
const TABLE = /(<!-- figures -->\n)[\s\S]*(<!-- end of figures -->)/;

const CHARTS = {
  tabs: {
    title: 'The cost of messages in each tab, by the number of tabs',
    x: 'tabs',
    y: 'ms of the main thread',
  },
  latency: { title: 'Sends answered within a time', x: 'percentile', y: 'ms' },
  history: { title: 'A page of 50, by what is kept', x: 'messages kept', y: 'ms', logarithmic: true },
};

/** @param {string} file the report @returns {Promise<number>} exit code */
export async function benchCharts(file = inRoot('test-results/bench.json')) {
  const report = JSON.parse(await readFile(file, 'utf8'));
  const { module } = await runnerImport(inRoot('test/bench/report.ts'), {
    configFile: false,
    logLevel: 'error',
  });
  await mkdir(FOLDER, { recursive: true });
  const pictures = [];
  for (const [name, about] of Object.entries(CHARTS)) {
    const lines = report.series.filter(({ chart }) => chart === name);
    if (lines.length === 0) continue;
    await writeFile(`${FOLDER}/${name}.svg`, await draw(about, lines));
    pictures.push(`![${about.title}](performance/${name}.svg)`);
  }
  await writeFile(`${FOLDER}/figures.json`, `${JSON.stringify(report, null, 2)}\n`);
  const { date, commit, machine, rounds } = report;
  const about =
    `${date}, commit ${commit}: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB; Node ${machine.node}, ` +
    `${machine.chromium}. Medians of ${rounds} rounds, with the least and the most.`;
  const page = await readFile(PAGE, 'utf8');
  await writeFile(
    PAGE,
    page.replace(TABLE, `$1${[about, module.tableOf(report), ...pictures].join('\n\n')}\n\n$2`),
  );
  console.log('written: docs/performance.md, docs/performance/');
  return 0;
}

function draw({ title, x, y, logarithmic = false }, lines) {
  const values = lines.flatMap(({ line, points }) => points.map((point) => ({ line, ...point })));
  const { spec } = compile({
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title,
    width: 520,
    height: 260,
    background: 'white',
    padding: 12,
    data: { values },
    mark: { type: 'line', point: values.length < 50, strokeWidth: 2 },
    encoding: {
      x: {
        field: 'x',
        type: 'quantitative',
        title: x,
        axis: { tickMinStep: 1, format: ',d' },
        scale: { type: logarithmic ? 'log' : 'linear' },
      },
      y: { field: 'y', type: 'quantitative', title: y, scale: { domainMin: 0 } },
      color: {
        field: 'line',
        type: 'nominal',
        title: null,
        scale: { domain: lines.map(({ line }) => line), range: ['#1f6feb', '#d9730d'] },
      },
    },
    config: {
      font: 'system-ui, sans-serif',
      legend: { orient: 'top', labelLimit: 0 },
      view: { stroke: null },
    },
  });
  return new View(parse(spec), { renderer: 'none' }).toSVG();
}
