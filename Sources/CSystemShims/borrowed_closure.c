#include "borrowed_closure.h"

HFM_BORROW(hfm_borrow_call) { *words = (struct hfm_closure){code, captured}; }
HFM_BORROW(hfm_borrow_lane) { *words = (struct hfm_closure){code, captured}; }
HFM_BORROW(hfm_borrow_range) { *words = (struct hfm_closure){code, captured}; }
