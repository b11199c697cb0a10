print("hfm-bench")
