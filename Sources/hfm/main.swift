print("hfm")
