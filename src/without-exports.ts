// The declarations of files that run by themselves: the worker, and the scripts for pages without a bundler.
export {};
