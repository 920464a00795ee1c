/** An editor with TypeScript's language service: its hovers and errors in one file. The compiler of the build has no such interface. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/**
 * @param {string} file the open file
 * @param {Readonly<Record<string, string>>} unsaved texts of further files, where they differ from the disk
 */
export function openEditor(file, unsaved = {}) {
  const read = (name) => unsaved[name] ?? readFileSync(name, 'utf8');
  const text = read(file);
  const settings = {
    strict: true,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    target: ts.ScriptTarget.ES2022,
    types: [],
  };
  const service = ts.createLanguageService({
    getCompilationSettings: () => settings,
    getCurrentDirectory: () => path.dirname(file),
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    getScriptFileNames: () => [file],
    getScriptVersion: () => '1',
    getScriptSnapshot: (name) => (existsSync(name) ? ts.ScriptSnapshot.fromString(read(name)) : undefined),
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
  });
  const endOf = (place) => {
    const at = text.indexOf(place);
    if (at < 0) throw new Error(`the file has no ${place}`);
    return at + place.length - 1;
  };
  return {
    /** @param {string} place a part of the text: the hover at its end */
    hover(place) {
      const info = service.getQuickInfoAtPosition(file, endOf(place));
      return {
        type: ts.displayPartsToString(info?.displayParts),
        words: ts.displayPartsToString(info?.documentation),
        tags: Object.fromEntries(
          (info?.tags ?? []).map(({ name, text: words }) => [name, ts.displayPartsToString(words)]),
        ),
      };
    },
    /** @param {string} place a part of the text: "go to definition" at its end, through the map of a declaration file, as editors do it */
    definition(place) {
      const [found] = service.getDefinitionAtPosition(file, endOf(place)) ?? [];
      if (!found) return undefined;
      const declared = { fileName: found.fileName, pos: found.textSpan.start };
      const { fileName, pos } = service.getSourceMapper().tryGetSourcePosition(declared) ?? declared;
      return { file: fileName, text: read(fileName).slice(pos) };
    },
    /** @returns the fields of exported types whose hover has no words, inherited and picked ones included, by their dotted names */
    wordless: () => wordlessFieldsIn(service.getProgram(), file),
    /** @returns the errors, each with its line, from 1, and its whole message */
    errors: () =>
      service.getSemanticDiagnostics(file).map(({ start = 0, messageText }) => ({
        line: text.slice(0, start).split('\n').length,
        message: ts.flattenDiagnosticMessageText(messageText, '\n'),
      })),
  };
}

function wordlessFieldsIn(program, file) {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const isOfLibrary = ({ declarations = [] }) =>
    declarations.some((node) => program.isSourceFileDefaultLibrary(node.getSourceFile()));
  const fieldsOf = (type) =>
    (type.isUnion() ? type.types : [type]).filter(
      (one) => (one.flags & ts.TypeFlags.Object) > 0 || one.isIntersection(),
    );
  return checker.getExportsOfModule(checker.getSymbolAtLocation(source)).flatMap((exported) =>
    fieldsOf(checker.getDeclaredTypeOfSymbol(exported))
      .flatMap((type) => type.getProperties())
      .filter((field) => !field.name.startsWith('#') && !isOfLibrary(field))
      // A field that only the other members of a union have is `undefined`.
      .filter((field) => (checker.getTypeOfSymbol(field).flags & ts.TypeFlags.Undefined) === 0)
      .filter((field) => field.getDocumentationComment(checker).length === 0)
      .map((field) => `${exported.name}.${field.name}`),
  );
}

/** The members and values of a declaration file that have no documentation, by their dotted names. */
export function undocumentedIn(text) {
  const names = [];
  const visit = (node, within) => {
    const name = node.name ?? node.declarationList?.declarations[0]?.name;
    const place = ts.isVariableDeclaration(node) || !name?.text ? within : [...within, name.text];
    const isDocumented = ts.getJSDocCommentsAndTags(node).length > 0;
    if (isToDocument(node) && !isDocumented) names.push(place.join('.'));
    ts.forEachChild(node, (child) => visit(child, place));
  };
  visit(ts.createSourceFile('index.d.ts', text, ts.ScriptTarget.Latest, true), []);
  return names;
}

const isToDocument = (node) =>
  ts.isMethodSignature(node) ||
  ts.isFunctionDeclaration(node) ||
  ts.isVariableStatement(node) ||
  ((ts.isMethodDeclaration(node) || ts.isPropertyDeclaration(node)) && !isPrivate(node)) ||
  // A field that only the other members of a union have is `undefined`.
  (ts.isPropertySignature(node) && node.type?.kind !== ts.SyntaxKind.UndefinedKeyword);

const isPrivate = ({ name, modifiers = [] }) =>
  ts.isPrivateIdentifier(name) || modifiers.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword);
