import Commands

HFM.mainAndExit()
