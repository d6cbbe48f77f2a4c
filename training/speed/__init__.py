"""Speed of priors at equal objective error, in one run: time, evaluations of the chain, memory, growth, roofline."""
