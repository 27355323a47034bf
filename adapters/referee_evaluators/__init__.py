"""The built-in adapter: an own dataset and own evaluators over a model, an application or recorded outputs."""
