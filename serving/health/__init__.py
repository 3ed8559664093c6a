"""How the service stands: what is wrong with it, in words, for probes, metrics and `runxin doctor`."""
