// Written by scripts/embed-profiles.sh; do not edit.
#include "CProfiles.h"

static const unsigned char file0[] = {
#embed "../../Profiles/clusters/a100-80gb.json"
};
static const unsigned char file1[] = {
#embed "../../Profiles/clusters/dgx-a100-40gb.json"
};
static const unsigned char file2[] = {
#embed "../../Profiles/clusters/dgx-a100-80gb.json"
};
static const unsigned char file3[] = {
#embed "../../Profiles/clusters/dgx-b200.json"
};
static const unsigned char file4[] = {
#embed "../../Profiles/clusters/dgx-h100-superpod.json"
};
static const unsigned char file5[] = {
#embed "../../Profiles/clusters/dgx-h100.json"
};
static const unsigned char file6[] = {
#embed "../../Profiles/clusters/dgx-h200.json"
};
static const unsigned char file7[] = {
#embed "../../Profiles/clusters/dgx1-v100-32gb.json"
};
static const unsigned char file8[] = {
#embed "../../Profiles/clusters/h100-80gb.json"
};
static const unsigned char file9[] = {
#embed "../../Profiles/clusters/hospital-2x8-a100-40gb.json"
};
static const unsigned char file10[] = {
#embed "../../Profiles/clusters/hospital-4x4-l40s.json"
};
static const unsigned char file11[] = {
#embed "../../Profiles/clusters/selene-a100.json"
};
static const unsigned char file12[] = {
#embed "../../Profiles/clusters/server-4x-t4.json"
};
static const unsigned char file13[] = {
#embed "../../Profiles/clusters/workstation-2x-rtx-3090.json"
};
static const unsigned char file14[] = {
#embed "../../Profiles/datasets/bioinformatics.json"
};
static const unsigned char file15[] = {
#embed "../../Profiles/datasets/comprehensive.json"
};
static const unsigned char file16[] = {
#embed "../../Profiles/datasets/language.json"
};
static const unsigned char file17[] = {
#embed "../../Profiles/datasets/multimodal.json"
};
static const unsigned char file18[] = {
#embed "../../Profiles/datasets/vision.json"
};
static const unsigned char file19[] = {
#embed "../../Profiles/devices/a10.json"
};
static const unsigned char file20[] = {
#embed "../../Profiles/devices/a100-40gb-pcie.json"
};
static const unsigned char file21[] = {
#embed "../../Profiles/devices/a100-40gb-sxm.json"
};
static const unsigned char file22[] = {
#embed "../../Profiles/devices/a100-80gb-pcie.json"
};
static const unsigned char file23[] = {
#embed "../../Profiles/devices/a100-80gb-sxm.json"
};
static const unsigned char file24[] = {
#embed "../../Profiles/devices/a40.json"
};
static const unsigned char file25[] = {
#embed "../../Profiles/devices/b200.json"
};
static const unsigned char file26[] = {
#embed "../../Profiles/devices/epyc-7763-dual.json"
};
static const unsigned char file27[] = {
#embed "../../Profiles/devices/h100-80gb-pcie.json"
};
static const unsigned char file28[] = {
#embed "../../Profiles/devices/h100-80gb-sxm.json"
};
static const unsigned char file29[] = {
#embed "../../Profiles/devices/h200.json"
};
static const unsigned char file30[] = {
#embed "../../Profiles/devices/l4.json"
};
static const unsigned char file31[] = {
#embed "../../Profiles/devices/l40s.json"
};
static const unsigned char file32[] = {
#embed "../../Profiles/devices/mi210.json"
};
static const unsigned char file33[] = {
#embed "../../Profiles/devices/mi300x.json"
};
static const unsigned char file34[] = {
#embed "../../Profiles/devices/rtx-3090.json"
};
static const unsigned char file35[] = {
#embed "../../Profiles/devices/rtx-4090.json"
};
static const unsigned char file36[] = {
#embed "../../Profiles/devices/rtx-a6000.json"
};
static const unsigned char file37[] = {
#embed "../../Profiles/devices/t4.json"
};
static const unsigned char file38[] = {
#embed "../../Profiles/devices/v100-16gb.json"
};
static const unsigned char file39[] = {
#embed "../../Profiles/devices/v100-32gb.json"
};
static const unsigned char file40[] = {
#embed "../../Profiles/models/bioinformatics/3utrbert.json"
};
static const unsigned char file41[] = {
#embed "../../Profiles/models/bioinformatics/alphafold2.json"
};
static const unsigned char file42[] = {
#embed "../../Profiles/models/bioinformatics/celllm.json"
};
static const unsigned char file43[] = {
#embed "../../Profiles/models/bioinformatics/codonbert.json"
};
static const unsigned char file44[] = {
#embed "../../Profiles/models/bioinformatics/dnabert-3.json"
};
static const unsigned char file45[] = {
#embed "../../Profiles/models/bioinformatics/dnabert-4.json"
};
static const unsigned char file46[] = {
#embed "../../Profiles/models/bioinformatics/dnabert-5.json"
};
static const unsigned char file47[] = {
#embed "../../Profiles/models/bioinformatics/dnabert-6.json"
};
static const unsigned char file48[] = {
#embed "../../Profiles/models/bioinformatics/dnagpt-0.1b.json"
};
static const unsigned char file49[] = {
#embed "../../Profiles/models/bioinformatics/esm-1b.json"
};
static const unsigned char file50[] = {
#embed "../../Profiles/models/bioinformatics/esm2-150m.json"
};
static const unsigned char file51[] = {
#embed "../../Profiles/models/bioinformatics/esm2-15b.json"
};
static const unsigned char file52[] = {
#embed "../../Profiles/models/bioinformatics/esm2-35m.json"
};
static const unsigned char file53[] = {
#embed "../../Profiles/models/bioinformatics/esm2-3b.json"
};
static const unsigned char file54[] = {
#embed "../../Profiles/models/bioinformatics/esm2-650m.json"
};
static const unsigned char file55[] = {
#embed "../../Profiles/models/bioinformatics/esm2-8m.json"
};
static const unsigned char file56[] = {
#embed "../../Profiles/models/bioinformatics/evoformer-48.json"
};
static const unsigned char file57[] = {
#embed "../../Profiles/models/bioinformatics/gena-lm-base.json"
};
static const unsigned char file58[] = {
#embed "../../Profiles/models/bioinformatics/geneformer-12l.json"
};
static const unsigned char file59[] = {
#embed "../../Profiles/models/bioinformatics/geneformer.json"
};
static const unsigned char file60[] = {
#embed "../../Profiles/models/bioinformatics/genept.json"
};
static const unsigned char file61[] = {
#embed "../../Profiles/models/bioinformatics/hyenadna-large-1m.json"
};
static const unsigned char file62[] = {
#embed "../../Profiles/models/bioinformatics/hyenadna-medium-160k.json"
};
static const unsigned char file63[] = {
#embed "../../Profiles/models/bioinformatics/hyenadna-medium-450k.json"
};
static const unsigned char file64[] = {
#embed "../../Profiles/models/bioinformatics/hyenadna-small-32k.json"
};
static const unsigned char file65[] = {
#embed "../../Profiles/models/bioinformatics/hyenadna-tiny-1k-d256.json"
};
static const unsigned char file66[] = {
#embed "../../Profiles/models/language/albert-base.json"
};
static const unsigned char file67[] = {
#embed "../../Profiles/models/language/albert-large.json"
};
static const unsigned char file68[] = {
#embed "../../Profiles/models/language/albert-xlarge.json"
};
static const unsigned char file69[] = {
#embed "../../Profiles/models/language/albert-xxlarge.json"
};
static const unsigned char file70[] = {
#embed "../../Profiles/models/language/alpacare-13b.json"
};
static const unsigned char file71[] = {
#embed "../../Profiles/models/language/alpacare-7b.json"
};
static const unsigned char file72[] = {
#embed "../../Profiles/models/language/alpacare-llama2-13b.json"
};
static const unsigned char file73[] = {
#embed "../../Profiles/models/language/alpacare-llama2-7b.json"
};
static const unsigned char file74[] = {
#embed "../../Profiles/models/language/alphabert.json"
};
static const unsigned char file75[] = {
#embed "../../Profiles/models/language/antplm-med-10b.json"
};
static const unsigned char file76[] = {
#embed "../../Profiles/models/language/baichuan-13b.json"
};
static const unsigned char file77[] = {
#embed "../../Profiles/models/language/baichuan-7b.json"
};
static const unsigned char file78[] = {
#embed "../../Profiles/models/language/baichuan2-13b.json"
};
static const unsigned char file79[] = {
#embed "../../Profiles/models/language/baichuan2-7b.json"
};
static const unsigned char file80[] = {
#embed "../../Profiles/models/language/bart-base.json"
};
static const unsigned char file81[] = {
#embed "../../Profiles/models/language/bart-large.json"
};
static const unsigned char file82[] = {
#embed "../../Profiles/models/language/behrt.json"
};
static const unsigned char file83[] = {
#embed "../../Profiles/models/language/bentsao.json"
};
static const unsigned char file84[] = {
#embed "../../Profiles/models/language/bert-base.json"
};
static const unsigned char file85[] = {
#embed "../../Profiles/models/language/bert-large.json"
#embed "../../Profiles/models/bioinformatics/gin-5x300.json"
};
static const unsigned char file60[] = {
#embed "../../Profiles/models/bioinformatics/hyenadna-large-1m.json"
};
static const unsigned char file61[] = {
#embed "../../Profiles/models/bioinformatics/hyenadna-medium-160k.json"
};
static const unsigned char file62[] = {
#embed "../../Profiles/models/bioinformatics/hyenadna-medium-450k.json"
};
static const unsigned char file63[] = {
#embed "../../Profiles/models/bioinformatics/hyenadna-small-32k.json"
};
static const unsigned char file64[] = {
#embed "../../Profiles/models/bioinformatics/hyenadna-tiny-1k-d256.json"
};
static const unsigned char file65[] = {
#embed "../../Profiles/models/bioinformatics/hyenadna-tiny-1k.json"
};
static const unsigned char file66[] = {
#embed "../../Profiles/models/bioinformatics/msa-transformer.json"
};
static const unsigned char file67[] = {
#embed "../../Profiles/models/bioinformatics/nucleotide-transformer-2.5b.json"
};
static const unsigned char file68[] = {
#embed "../../Profiles/models/bioinformatics/nucleotide-transformer-500m.json"
};
static const unsigned char file69[] = {
#embed "../../Profiles/models/bioinformatics/protbert.json"
};
static const unsigned char file70[] = {
#embed "../../Profiles/models/bioinformatics/rna-fm.json"
};
static const unsigned char file71[] = {
#embed "../../Profiles/models/bioinformatics/rna-msm.json"
};
static const unsigned char file72[] = {
#embed "../../Profiles/models/bioinformatics/rnabert.json"
};
static const unsigned char file73[] = {
#embed "../../Profiles/models/bioinformatics/scbert.json"
};
static const unsigned char file74[] = {
#embed "../../Profiles/models/bioinformatics/scelmo.json"
};
static const unsigned char file75[] = {
#embed "../../Profiles/models/bioinformatics/scfoundation-100m.json"
};
static const unsigned char file76[] = {
#embed "../../Profiles/models/bioinformatics/scgpt.json"
};
static const unsigned char file77[] = {
#embed "../../Profiles/models/bioinformatics/splicebert.json"
};
static const unsigned char file78[] = {
#embed "../../Profiles/models/bioinformatics/uce-33l.json"
};
static const unsigned char file79[] = {
#embed "../../Profiles/models/bioinformatics/uce-4l.json"
};
static const unsigned char file80[] = {
#embed "../../Profiles/models/bioinformatics/utr-lm.json"
};
static const unsigned char file81[] = {
#embed "../../Profiles/models/language/alpacare-13b.json"
};
static const unsigned char file82[] = {
#embed "../../Profiles/models/language/alphabert.json"
};
static const unsigned char file83[] = {
#embed "../../Profiles/models/language/baichuan-7b.json"
};
static const unsigned char file84[] = {
#embed "../../Profiles/models/language/baichuan2-7b.json"
};
static const unsigned char file85[] = {
#embed "../../Profiles/models/language/bentsao.json"
};
static const unsigned char file86[] = {
#embed "../../Profiles/models/language/bert-base.json"
};
static const unsigned char file86[] = {
#embed "../../Profiles/models/language/bianque-1.json"
};
static const unsigned char file87[] = {
#embed "../../Profiles/models/language/bianque-2.json"
};
static const unsigned char file88[] = {
#embed "../../Profiles/models/language/bimedix.json"
};
static const unsigned char file89[] = {
#embed "../../Profiles/models/language/biobart-base.json"
};
static const unsigned char file90[] = {
#embed "../../Profiles/models/language/biobart-large.json"
};
static const unsigned char file91[] = {
#embed "../../Profiles/models/language/biobart-v2-base.json"
};
static const unsigned char file92[] = {
#embed "../../Profiles/models/language/biobart-v2-large.json"
};
static const unsigned char file93[] = {
#embed "../../Profiles/models/language/biobert.json"
};
static const unsigned char file94[] = {
#embed "../../Profiles/models/language/biomedlm.json"
};
static const unsigned char file95[] = {
#embed "../../Profiles/models/language/biomistral-7b.json"
};
static const unsigned char file96[] = {
#embed "../../Profiles/models/language/bloom-176b.json"
};
static const unsigned char file97[] = {
#embed "../../Profiles/models/language/bloom-1b1.json"
};
static const unsigned char file98[] = {
#embed "../../Profiles/models/language/bloom-1b7.json"
};
static const unsigned char file99[] = {
#embed "../../Profiles/models/language/bloom-3b.json"
};
static const unsigned char file100[] = {
#embed "../../Profiles/models/language/bloom-560m.json"
};
static const unsigned char file101[] = {
#embed "../../Profiles/models/language/bloom-7b1.json"
};
static const unsigned char file102[] = {
#embed "../../Profiles/models/language/chatcad-plus.json"
};
static const unsigned char file103[] = {
#embed "../../Profiles/models/language/chatcad.json"
};
static const unsigned char file104[] = {
#embed "../../Profiles/models/language/chatdoctor.json"
};
static const unsigned char file105[] = {
#embed "../../Profiles/models/language/chatglm-6b.json"
};
static const unsigned char file106[] = {
#embed "../../Profiles/models/language/chatglm2-6b.json"
};
static const unsigned char file107[] = {
#embed "../../Profiles/models/language/chatglm3-6b.json"
};
static const unsigned char file108[] = {
#embed "../../Profiles/models/language/chatgpt.json"
};
static const unsigned char file109[] = {
#embed "../../Profiles/models/language/clinical-decision-transformer.json"
};
static const unsigned char file110[] = {
#embed "../../Profiles/models/language/clinicalbert.json"
};
static const unsigned char file111[] = {
#embed "../../Profiles/models/language/clinicalgpt.json"
};
static const unsigned char file112[] = {
#embed "../../Profiles/models/language/deid-gpt.json"
};
static const unsigned char file113[] = {
#embed "../../Profiles/models/language/doctorglm.json"
};
static const unsigned char file114[] = {
#embed "../../Profiles/models/language/dr-knows.json"
};
static const unsigned char file115[] = {
#embed "../../Profiles/models/language/falcon-40b.json"
};
static const unsigned char file116[] = {
#embed "../../Profiles/models/language/falcon-7b.json"
};
static const unsigned char file117[] = {
#embed "../../Profiles/models/language/flan-t5-base.json"
};
static const unsigned char file118[] = {
#embed "../../Profiles/models/language/flan-t5-large.json"
};
static const unsigned char file119[] = {
#embed "../../Profiles/models/language/flan-t5-small.json"
};
static const unsigned char file120[] = {
#embed "../../Profiles/models/language/flan-t5-xl.json"
};
static const unsigned char file121[] = {
#embed "../../Profiles/models/language/flan-t5-xxl.json"
};
static const unsigned char file122[] = {
#embed "../../Profiles/models/language/gatortron-base-345m.json"
};
static const unsigned char file123[] = {
#embed "../../Profiles/models/language/gatortron-large-8.9b.json"
};
static const unsigned char file124[] = {
#embed "../../Profiles/models/language/gatortron-medium-3.9b.json"
};
static const unsigned char file125[] = {
#embed "../../Profiles/models/language/gatortrongpt-20b.json"
};
static const unsigned char file126[] = {
#embed "../../Profiles/models/language/gatortrongpt-5b.json"
};
static const unsigned char file127[] = {
#embed "../../Profiles/models/language/gemma-2b.json"
};
static const unsigned char file128[] = {
#embed "../../Profiles/models/language/gemma-7b.json"
};
static const unsigned char file129[] = {
#embed "../../Profiles/models/language/gemma2-27b.json"
};
static const unsigned char file130[] = {
#embed "../../Profiles/models/language/gemma2-2b.json"
};
static const unsigned char file131[] = {
#embed "../../Profiles/models/language/gemma2-9b.json"
};
static const unsigned char file132[] = {
#embed "../../Profiles/models/language/glm-10b.json"
};
static const unsigned char file133[] = {
#embed "../../Profiles/models/language/glm-130b.json"
};
static const unsigned char file134[] = {
#embed "../../Profiles/models/language/gpt-4.json"
};
static const unsigned char file135[] = {
#embed "../../Profiles/models/language/gpt-doctor.json"
};
static const unsigned char file136[] = {
#embed "../../Profiles/models/language/gpt-j-6b.json"
};
static const unsigned char file137[] = {
#embed "../../Profiles/models/language/gpt-neox-20b.json"
};
static const unsigned char file138[] = {
#embed "../../Profiles/models/language/gpt2-large.json"
};
static const unsigned char file139[] = {
#embed "../../Profiles/models/language/gpt2-medium.json"
};
static const unsigned char file140[] = {
#embed "../../Profiles/models/language/gpt2-xl.json"
};
static const unsigned char file141[] = {
#embed "../../Profiles/models/language/gpt2.json"
};
static const unsigned char file142[] = {
#embed "../../Profiles/models/language/healthprompt.json"
};
static const unsigned char file143[] = {
#embed "../../Profiles/models/language/huatuogpt-13b.json"
};
static const unsigned char file144[] = {
#embed "../../Profiles/models/language/huatuogpt-7b.json"
};
static const unsigned char file145[] = {
#embed "../../Profiles/models/language/huatuogpt2-13b.json"
};
static const unsigned char file146[] = {
#embed "../../Profiles/models/language/huatuogpt2-34b.json"
};
static const unsigned char file147[] = {
#embed "../../Profiles/models/language/huatuogpt2-7b.json"
};
static const unsigned char file148[] = {
#embed "../../Profiles/models/language/jmlr-13b.json"
};
static const unsigned char file149[] = {
#embed "../../Profiles/models/language/jmlr-7b.json"
};
static const unsigned char file150[] = {
#embed "../../Profiles/models/language/llama-13b.json"
};
static const unsigned char file151[] = {
#embed "../../Profiles/models/language/llama-33b.json"
};
static const unsigned char file152[] = {
#embed "../../Profiles/models/language/llama-65b.json"
};
static const unsigned char file153[] = {
#embed "../../Profiles/models/language/llama-7b.json"
};
static const unsigned char file154[] = {
#embed "../../Profiles/models/language/llama2-13b.json"
};
static const unsigned char file155[] = {
#embed "../../Profiles/models/language/llama2-70b.json"
};
static const unsigned char file156[] = {
#embed "../../Profiles/models/language/llama2-7b.json"
};
static const unsigned char file157[] = {
#embed "../../Profiles/models/language/llama3-70b.json"
};
static const unsigned char file158[] = {
#embed "../../Profiles/models/language/llama3-8b.json"
};
static const unsigned char file159[] = {
#embed "../../Profiles/models/language/llama3.1-405b.json"
};
static const unsigned char file160[] = {
#embed "../../Profiles/models/language/llama3.1-70b.json"
};
static const unsigned char file161[] = {
#embed "../../Profiles/models/language/llama3.1-8b.json"
};
static const unsigned char file162[] = {
#embed "../../Profiles/models/language/llama3.2-1b.json"
};
static const unsigned char file163[] = {
#embed "../../Profiles/models/language/llama3.2-3b.json"
};
static const unsigned char file164[] = {
#embed "../../Profiles/models/language/me-llama-13b.json"
};
static const unsigned char file165[] = {
#embed "../../Profiles/models/language/me-llama-70b.json"
};
static const unsigned char file166[] = {
#embed "../../Profiles/models/language/med-palm-2.json"
};
static const unsigned char file167[] = {
#embed "../../Profiles/models/language/med-palm.json"
};
static const unsigned char file168[] = {
#embed "../../Profiles/models/language/medagents-flan-palm.json"
};
static const unsigned char file169[] = {
#embed "../../Profiles/models/language/medalpaca-13b.json"
};
static const unsigned char file170[] = {
#embed "../../Profiles/models/language/medalpaca-30b.json"
};
static const unsigned char file171[] = {
#embed "../../Profiles/models/language/medalpaca-7b.json"
};
static const unsigned char file172[] = {
#embed "../../Profiles/models/language/medcpt-query.json"
};
static const unsigned char file173[] = {
#embed "../../Profiles/models/language/medcpt-reranker.json"
};
static const unsigned char file174[] = {
#embed "../../Profiles/models/language/medcpt.json"
};
static const unsigned char file175[] = {
#embed "../../Profiles/models/language/meditron-70b.json"
};
static const unsigned char file176[] = {
#embed "../../Profiles/models/language/meditron-7b.json"
};
static const unsigned char file177[] = {
#embed "../../Profiles/models/language/medprompt.json"
};
static const unsigned char file178[] = {
#embed "../../Profiles/models/language/medroberta-nl.json"
};
static const unsigned char file179[] = {
#embed "../../Profiles/models/language/megatron-gpt-1.3b.json"
};
static const unsigned char file180[] = {
#embed "../../Profiles/models/language/mistral-7b.json"
};
static const unsigned char file181[] = {
#embed "../../Profiles/models/language/mixtral-8x22b.json"
};
static const unsigned char file182[] = {
#embed "../../Profiles/models/language/mixtral-8x7b.json"
};
static const unsigned char file183[] = {
#embed "../../Profiles/models/language/napss.json"
};
static const unsigned char file184[] = {
#embed "../../Profiles/models/language/oncogpt-7b.json"
};
static const unsigned char file185[] = {
#embed "../../Profiles/models/language/open-llama-3b.json"
};
static const unsigned char file186[] = {
#embed "../../Profiles/models/language/ophglm.json"
};
static const unsigned char file187[] = {
#embed "../../Profiles/models/language/opt-1.3b.json"
};
static const unsigned char file188[] = {
#embed "../../Profiles/models/language/opt-125m.json"
};
static const unsigned char file189[] = {
#embed "../../Profiles/models/language/opt-13b.json"
};
static const unsigned char file190[] = {
#embed "../../Profiles/models/language/opt-175b.json"
};
static const unsigned char file191[] = {
#embed "../../Profiles/models/language/opt-2.7b.json"
};
static const unsigned char file192[] = {
#embed "../../Profiles/models/language/opt-30b.json"
};
static const unsigned char file193[] = {
#embed "../../Profiles/models/language/opt-6.7b.json"
};
static const unsigned char file194[] = {
#embed "../../Profiles/models/language/opt-66b.json"
};
static const unsigned char file195[] = {
#embed "../../Profiles/models/language/palm-540b.json"
};
static const unsigned char file196[] = {
#embed "../../Profiles/models/language/palm-62b.json"
};
static const unsigned char file197[] = {
#embed "../../Profiles/models/language/palm-8b.json"
};
static const unsigned char file198[] = {
#embed "../../Profiles/models/language/pbp.json"
};
static const unsigned char file199[] = {
#embed "../../Profiles/models/language/phi-1.5.json"
};
static const unsigned char file200[] = {
#embed "../../Profiles/models/language/phi-2.json"
};
static const unsigned char file201[] = {
#embed "../../Profiles/models/language/phi-3-mini.json"
};
static const unsigned char file202[] = {
#embed "../../Profiles/models/language/pmc-llama-13b.json"
};
static const unsigned char file203[] = {
#embed "../../Profiles/models/language/pmc-llama-7b.json"
};
static const unsigned char file204[] = {
#embed "../../Profiles/models/language/pubmedbert.json"
};
static const unsigned char file205[] = {
#embed "../../Profiles/models/language/qilin-med-13b.json"
};
static const unsigned char file206[] = {
#embed "../../Profiles/models/language/qilin-med.json"
};
static const unsigned char file207[] = {
#embed "../../Profiles/models/language/qwen-1.8b.json"
};
static const unsigned char file208[] = {
#embed "../../Profiles/models/language/qwen-14b.json"
};
static const unsigned char file209[] = {
#embed "../../Profiles/models/language/qwen-72b.json"
};
static const unsigned char file210[] = {
#embed "../../Profiles/models/language/qwen-7b.json"
};
static const unsigned char file211[] = {
#embed "../../Profiles/models/language/qwen2-0.5b.json"
};
static const unsigned char file212[] = {
#embed "../../Profiles/models/language/qwen2-1.5b.json"
};
static const unsigned char file213[] = {
#embed "../../Profiles/models/language/qwen2-72b.json"
};
static const unsigned char file214[] = {
#embed "../../Profiles/models/language/qwen2-7b.json"
};
static const unsigned char file215[] = {
#embed "../../Profiles/models/language/roberta-base.json"
};
static const unsigned char file216[] = {
#embed "../../Profiles/models/language/roberta-large.json"
};
static const unsigned char file217[] = {
#embed "../../Profiles/models/language/scibert.json"
};
static const unsigned char file218[] = {
#embed "../../Profiles/models/language/spt.json"
};
static const unsigned char file219[] = {
#embed "../../Profiles/models/language/t5-11b.json"
};
static const unsigned char file220[] = {
#embed "../../Profiles/models/language/t5-3b.json"
};
static const unsigned char file221[] = {
#embed "../../Profiles/models/language/t5-base.json"
};
static const unsigned char file222[] = {
#embed "../../Profiles/models/language/t5-large.json"
};
static const unsigned char file223[] = {
#embed "../../Profiles/models/language/t5-small.json"
};
static const unsigned char file224[] = {
#embed "../../Profiles/models/language/taiyi-7b.json"
};
static const unsigned char file225[] = {
#embed "../../Profiles/models/language/text-embedding-ada-002.json"
};
static const unsigned char file226[] = {
#embed "../../Profiles/models/language/visual-med-alpaca.json"
};
static const unsigned char file227[] = {
#embed "../../Profiles/models/language/yi-34b.json"
};
static const unsigned char file228[] = {
#embed "../../Profiles/models/language/zhongjing-13b.json"
};
static const unsigned char file229[] = {
#embed "../../Profiles/models/language/ziya-llama-13b.json"
};
static const unsigned char file230[] = {
#embed "../../Profiles/models/multimodal/biomedclip.json"
};
static const unsigned char file231[] = {
#embed "../../Profiles/models/multimodal/blip2-opt-2.7b.json"
};
static const unsigned char file232[] = {
#embed "../../Profiles/models/multimodal/chexzero.json"
};
static const unsigned char file233[] = {
#embed "../../Profiles/models/multimodal/clip-rn50.json"
};
static const unsigned char file234[] = {
#embed "../../Profiles/models/multimodal/clip-vit-b-16.json"
};
static const unsigned char file235[] = {
#embed "../../Profiles/models/multimodal/clip-vit-b-32.json"
};
static const unsigned char file236[] = {
#embed "../../Profiles/models/multimodal/clip-vit-l-14-336.json"
};
static const unsigned char file237[] = {
#embed "../../Profiles/models/multimodal/clip-vit-l-14.json"
};
static const unsigned char file238[] = {
#embed "../../Profiles/models/multimodal/conch-vit-b16.json"
};
static const unsigned char file239[] = {
#embed "../../Profiles/models/multimodal/etp-ecg-resnet18.json"
};
static const unsigned char file240[] = {
#embed "../../Profiles/models/multimodal/llava-1.5-13b-stage1.json"
};
static const unsigned char file241[] = {
#embed "../../Profiles/models/multimodal/llava-1.5-13b-stage2.json"
};
static const unsigned char file242[] = {
#embed "../../Profiles/models/multimodal/llava-1.5-13b.json"
};
static const unsigned char file243[] = {
#embed "../../Profiles/models/multimodal/llava-1.5-7b-stage1.json"
};
static const unsigned char file244[] = {
#embed "../../Profiles/models/multimodal/llava-1.5-7b-stage2.json"
};
static const unsigned char file245[] = {
#embed "../../Profiles/models/multimodal/llava-1.5-7b.json"
};
static const unsigned char file246[] = {
#embed "../../Profiles/models/multimodal/llava-med-7b-224-stage1.json"
};
static const unsigned char file247[] = {
#embed "../../Profiles/models/multimodal/llava-med-7b-224-stage2.json"
};
static const unsigned char file248[] = {
#embed "../../Profiles/models/multimodal/llava-med-7b-224.json"
};
static const unsigned char file249[] = {
#embed "../../Profiles/models/multimodal/medclip-swin.json"
};
static const unsigned char file250[] = {
#embed "../../Profiles/models/multimodal/open-coca_vit-l-14.json"
};
static const unsigned char file251[] = {
#embed "../../Profiles/models/multimodal/open-flamingo-9b.json"
};
static const unsigned char file252[] = {
#embed "../../Profiles/models/multimodal/plip.json"
};
static const unsigned char file253[] = {
#embed "../../Profiles/models/multimodal/pubmedclip.json"
};
static const unsigned char file254[] = {
#embed "../../Profiles/models/multimodal/quiltnet.json"
};
static const unsigned char file255[] = {
#embed "../../Profiles/models/multimodal/radfm-14b.json"
};
static const unsigned char file256[] = {
#embed "../../Profiles/models/multimodal/radfm-vision.json"
};
static const unsigned char file257[] = {
#embed "../../Profiles/models/multimodal/vit-bert-dual.json"
};
static const unsigned char file258[] = {
#embed "../../Profiles/models/vision/c2l-densenet121.json"
};
static const unsigned char file259[] = {
#embed "../../Profiles/models/vision/c2l-resnet18.json"
};
static const unsigned char file260[] = {
#embed "../../Profiles/models/vision/campanella-vit-s.json"
};
static const unsigned char file261[] = {
#embed "../../Profiles/models/vision/ciga-resnet18.json"
};
static const unsigned char file262[] = {
#embed "../../Profiles/models/vision/clip-rn101-visual.json"
};
static const unsigned char file263[] = {
#embed "../../Profiles/models/vision/clip-rn50-visual.json"
};
static const unsigned char file264[] = {
#embed "../../Profiles/models/vision/clip-rn50x4-visual.json"
};
static const unsigned char file265[] = {
#embed "../../Profiles/models/vision/ctranspath.json"
};
static const unsigned char file266[] = {
#embed "../../Profiles/models/vision/densenet121-3d.json"
};
static const unsigned char file267[] = {
#embed "../../Profiles/models/vision/densenet121.json"
};
static const unsigned char file268[] = {
#embed "../../Profiles/models/vision/densenet161.json"
};
static const unsigned char file269[] = {
#embed "../../Profiles/models/vision/densenet169.json"
};
static const unsigned char file270[] = {
#embed "../../Profiles/models/vision/densenet201.json"
};
static const unsigned char file271[] = {
#embed "../../Profiles/models/vision/dinov2-vitb14.json"
};
static const unsigned char file272[] = {
#embed "../../Profiles/models/vision/dinov2-vitg14.json"
};
static const unsigned char file273[] = {
#embed "../../Profiles/models/vision/dinov2-vitl14.json"
};
static const unsigned char file274[] = {
#embed "../../Profiles/models/vision/dinov2-vits14.json"
};
static const unsigned char file275[] = {
#embed "../../Profiles/models/vision/efficientnet_b0.json"
};
static const unsigned char file276[] = {
#embed "../../Profiles/models/vision/efficientnet_b1.json"
};
static const unsigned char file277[] = {
#embed "../../Profiles/models/vision/efficientnet_b2.json"
};
static const unsigned char file278[] = {
#embed "../../Profiles/models/vision/efficientnet_b3.json"
};
static const unsigned char file279[] = {
#embed "../../Profiles/models/vision/efficientnet_b4.json"
};
static const unsigned char file280[] = {
#embed "../../Profiles/models/vision/efficientnet_b5.json"
};
static const unsigned char file281[] = {
#embed "../../Profiles/models/vision/efficientnet_b6.json"
};
static const unsigned char file282[] = {
#embed "../../Profiles/models/vision/efficientnet_b7.json"
};
static const unsigned char file283[] = {
#embed "../../Profiles/models/vision/ghesu-resnet50w2.json"
};
static const unsigned char file284[] = {
#embed "../../Profiles/models/vision/gigapath-tile.json"
};
static const unsigned char file285[] = {
#embed "../../Profiles/models/vision/lvm-med-resnet50.json"
};
static const unsigned char file286[] = {
#embed "../../Profiles/models/vision/med3d-resnet10.json"
};
static const unsigned char file287[] = {
#embed "../../Profiles/models/vision/med3d-resnet101.json"
};
static const unsigned char file288[] = {
#embed "../../Profiles/models/vision/med3d-resnet152.json"
};
static const unsigned char file289[] = {
#embed "../../Profiles/models/vision/med3d-resnet18.json"
};
static const unsigned char file290[] = {
#embed "../../Profiles/models/vision/med3d-resnet200.json"
};
static const unsigned char file291[] = {
#embed "../../Profiles/models/vision/med3d-resnet34.json"
};
static const unsigned char file292[] = {
#embed "../../Profiles/models/vision/med3d-resnet50.json"
};
static const unsigned char file293[] = {
#embed "../../Profiles/models/vision/medsam-vit-b.json"
};
static const unsigned char file294[] = {
#embed "../../Profiles/models/vision/moco-cxr-densenet121.json"
};
static const unsigned char file295[] = {
#embed "../../Profiles/models/vision/moco-cxr-resnet18.json"
};
static const unsigned char file296[] = {
#embed "../../Profiles/models/vision/r3d18.json"
};
static const unsigned char file297[] = {
#embed "../../Profiles/models/vision/resnet101.json"
};
static const unsigned char file298[] = {
#embed "../../Profiles/models/vision/resnet152.json"
};
static const unsigned char file299[] = {
#embed "../../Profiles/models/vision/resnet18.json"
};
static const unsigned char file300[] = {
#embed "../../Profiles/models/vision/resnet34.json"
};
static const unsigned char file301[] = {
#embed "../../Profiles/models/vision/resnet50.json"
};
static const unsigned char file302[] = {
#embed "../../Profiles/models/vision/resnext101_32x8d.json"
};
static const unsigned char file303[] = {
#embed "../../Profiles/models/vision/resnext101_64x4d.json"
};
static const unsigned char file304[] = {
#embed "../../Profiles/models/vision/resnext50_32x4d.json"
};
static const unsigned char file305[] = {
#embed "../../Profiles/models/vision/retfound.json"
};
static const unsigned char file306[] = {
#embed "../../Profiles/models/vision/rudolfv.json"
};
static const unsigned char file307[] = {
#embed "../../Profiles/models/vision/sam-mask-decoder.json"
};
static const unsigned char file308[] = {
#embed "../../Profiles/models/vision/sam-vit_b-image-encoder.json"
};
static const unsigned char file309[] = {
#embed "../../Profiles/models/vision/sam-vit_b.json"
};
static const unsigned char file310[] = {
#embed "../../Profiles/models/vision/sam-vit_h-image-encoder.json"
};
static const unsigned char file311[] = {
#embed "../../Profiles/models/vision/sam-vit_h.json"
};
static const unsigned char file312[] = {
#embed "../../Profiles/models/vision/sam-vit_l-image-encoder.json"
};
static const unsigned char file313[] = {
#embed "../../Profiles/models/vision/sam-vit_l.json"
};
static const unsigned char file314[] = {
#embed "../../Profiles/models/vision/swin_base_patch4_window7_224.json"
};
static const unsigned char file315[] = {
#embed "../../Profiles/models/vision/swin_large_patch4_window7_224.json"
};
static const unsigned char file316[] = {
#embed "../../Profiles/models/vision/swin_small_patch4_window7_224.json"
};
static const unsigned char file317[] = {
#embed "../../Profiles/models/vision/swin_tiny_patch4_window7_224.json"
};
static const unsigned char file318[] = {
#embed "../../Profiles/models/vision/swinunetr-24.json"
};
static const unsigned char file319[] = {
#embed "../../Profiles/models/vision/swinunetr-48.json"
};
static const unsigned char file320[] = {
#embed "../../Profiles/models/vision/swinunetr-v2-48.json"
};
static const unsigned char file321[] = {
#embed "../../Profiles/models/vision/uni.json"
};
static const unsigned char file322[] = {
#embed "../../Profiles/models/vision/uni2-h.json"
};
static const unsigned char file323[] = {
#embed "../../Profiles/models/vision/virchow.json"
};
static const unsigned char file324[] = {
#embed "../../Profiles/models/vision/virchow2.json"
};
static const unsigned char file325[] = {
#embed "../../Profiles/models/vision/visionfm.json"
};
static const unsigned char file326[] = {
#embed "../../Profiles/models/vision/vit-b-16.json"
};
static const unsigned char file327[] = {
#embed "../../Profiles/models/vision/vit-h-14.json"
};
static const unsigned char file328[] = {
#embed "../../Profiles/models/vision/vit-l-16.json"
};
static const unsigned char file329[] = {
#embed "../../Profiles/models/vision/vit-s-16.json"
};
static const unsigned char file330[] = {
#embed "../../Profiles/models/vision/wide_resnet101_2.json"
};
static const unsigned char file331[] = {
#embed "../../Profiles/models/vision/wide_resnet50_2.json"
};
static const unsigned char file332[] = {
#embed "../../Profiles/models/bioinformatics/hyenadna-tiny-1k.json"
};
static const unsigned char file67[] = {
#embed "../../Profiles/models/bioinformatics/msa-transformer.json"
};
static const unsigned char file68[] = {
#embed "../../Profiles/models/bioinformatics/nucleotide-transformer-2.5b.json"
};
static const unsigned char file69[] = {
#embed "../../Profiles/models/bioinformatics/nucleotide-transformer-500m.json"
};
static const unsigned char file70[] = {
#embed "../../Profiles/models/bioinformatics/protbert.json"
};
static const unsigned char file71[] = {
#embed "../../Profiles/models/bioinformatics/rna-fm.json"
};
static const unsigned char file72[] = {
#embed "../../Profiles/models/bioinformatics/rna-msm.json"
};
static const unsigned char file73[] = {
#embed "../../Profiles/models/bioinformatics/rnabert.json"
};
static const unsigned char file74[] = {
#embed "../../Profiles/models/bioinformatics/scbert.json"
};
static const unsigned char file75[] = {
#embed "../../Profiles/models/bioinformatics/scelmo.json"
};
static const unsigned char file76[] = {
#embed "../../Profiles/models/bioinformatics/scfoundation-100m.json"
};
static const unsigned char file77[] = {
#embed "../../Profiles/models/bioinformatics/scgpt.json"
};
static const unsigned char file78[] = {
#embed "../../Profiles/models/bioinformatics/splicebert.json"
};
static const unsigned char file79[] = {
#embed "../../Profiles/models/bioinformatics/uce-33l.json"
};
static const unsigned char file80[] = {
#embed "../../Profiles/models/bioinformatics/uce-4l.json"
};
static const unsigned char file81[] = {
#embed "../../Profiles/models/bioinformatics/utr-lm.json"
};
static const unsigned char file82[] = {
#embed "../../Profiles/models/language/alpacare-13b.json"
};
static const unsigned char file83[] = {
#embed "../../Profiles/models/language/alphabert.json"
};
static const unsigned char file84[] = {
#embed "../../Profiles/models/language/baichuan-7b.json"
};
static const unsigned char file85[] = {
#embed "../../Profiles/models/language/baichuan2-7b.json"
};
static const unsigned char file86[] = {
#embed "../../Profiles/models/language/bentsao.json"
};
static const unsigned char file87[] = {
#embed "../../Profiles/models/language/bert-base.json"
};
static const unsigned char file88[] = {
#embed "../../Profiles/models/language/bert-large.json"
};
static const unsigned char file89[] = {
#embed "../../Profiles/models/language/biobert.json"
};
static const unsigned char file90[] = {
#embed "../../Profiles/models/language/biomedlm.json"
};
static const unsigned char file91[] = {
#embed "../../Profiles/models/language/biomistral-7b.json"
};
static const unsigned char file92[] = {
#embed "../../Profiles/models/language/chatcad-plus.json"
};
static const unsigned char file93[] = {
#embed "../../Profiles/models/language/chatcad.json"
};
static const unsigned char file94[] = {
#embed "../../Profiles/models/language/chatdoctor.json"
};
static const unsigned char file95[] = {
#embed "../../Profiles/models/language/chatgpt.json"
};
static const unsigned char file96[] = {
#embed "../../Profiles/models/language/clinicalbert.json"
};
static const unsigned char file97[] = {
#embed "../../Profiles/models/language/deid-gpt.json"
};
static const unsigned char file98[] = {
#embed "../../Profiles/models/language/dr-knows.json"
};
static const unsigned char file99[] = {
#embed "../../Profiles/models/language/gatortron-base-345m.json"
};
static const unsigned char file100[] = {
#embed "../../Profiles/models/language/gatortron-large-8.9b.json"
};
static const unsigned char file101[] = {
#embed "../../Profiles/models/language/gatortron-medium-3.9b.json"
};
static const unsigned char file102[] = {
#embed "../../Profiles/models/language/gatortrongpt-20b.json"
};
static const unsigned char file103[] = {
#embed "../../Profiles/models/language/gatortrongpt-5b.json"
};
static const unsigned char file104[] = {
#embed "../../Profiles/models/language/gpt-4.json"
};
static const unsigned char file105[] = {
#embed "../../Profiles/models/language/gpt2-large.json"
};
static const unsigned char file106[] = {
#embed "../../Profiles/models/language/gpt2-medium.json"
};
static const unsigned char file107[] = {
#embed "../../Profiles/models/language/gpt2-xl.json"
};
static const unsigned char file108[] = {
#embed "../../Profiles/models/language/gpt2.json"
};
static const unsigned char file109[] = {
#embed "../../Profiles/models/language/healthprompt.json"
};
static const unsigned char file110[] = {
#embed "../../Profiles/models/language/huatuogpt-7b.json"
};
static const unsigned char file111[] = {
#embed "../../Profiles/models/language/huatuogpt2-7b.json"
};
static const unsigned char file112[] = {
#embed "../../Profiles/models/language/jmlr-13b.json"
};
static const unsigned char file113[] = {
#embed "../../Profiles/models/language/llama-13b.json"
};
static const unsigned char file114[] = {
#embed "../../Profiles/models/language/llama-33b.json"
};
static const unsigned char file115[] = {
#embed "../../Profiles/models/language/llama-65b.json"
};
static const unsigned char file116[] = {
#embed "../../Profiles/models/language/llama-7b.json"
};
static const unsigned char file117[] = {
#embed "../../Profiles/models/language/llama2-13b.json"
};
static const unsigned char file118[] = {
#embed "../../Profiles/models/language/llama2-70b.json"
};
static const unsigned char file119[] = {
#embed "../../Profiles/models/language/llama2-7b.json"
};
static const unsigned char file120[] = {
#embed "../../Profiles/models/language/llama3-70b.json"
};
static const unsigned char file121[] = {
#embed "../../Profiles/models/language/llama3-8b.json"
};
static const unsigned char file122[] = {
#embed "../../Profiles/models/language/me-llama-13b.json"
};
static const unsigned char file123[] = {
#embed "../../Profiles/models/language/me-llama-70b.json"
};
static const unsigned char file124[] = {
#embed "../../Profiles/models/language/med-palm-2.json"
};
static const unsigned char file125[] = {
#embed "../../Profiles/models/language/medalpaca-13b.json"
};
static const unsigned char file126[] = {
#embed "../../Profiles/models/language/medalpaca-7b.json"
};
static const unsigned char file127[] = {
#embed "../../Profiles/models/language/medcpt.json"
};
static const unsigned char file128[] = {
#embed "../../Profiles/models/language/meditron-70b.json"
};
static const unsigned char file129[] = {
#embed "../../Profiles/models/language/meditron-7b.json"
};
static const unsigned char file130[] = {
#embed "../../Profiles/models/language/medprompt.json"
};
static const unsigned char file131[] = {
#embed "../../Profiles/models/language/medroberta-nl.json"
};
static const unsigned char file132[] = {
#embed "../../Profiles/models/language/megatron-gpt-1.3b.json"
};
static const unsigned char file133[] = {
#embed "../../Profiles/models/language/mistral-7b.json"
};
static const unsigned char file134[] = {
#embed "../../Profiles/models/language/oncogpt-7b.json"
};
static const unsigned char file135[] = {
#embed "../../Profiles/models/language/open-llama-3b.json"
};
static const unsigned char file136[] = {
#embed "../../Profiles/models/language/pmc-llama-13b.json"
};
static const unsigned char file137[] = {
#embed "../../Profiles/models/language/pmc-llama-7b.json"
};
static const unsigned char file138[] = {
#embed "../../Profiles/models/language/pubmedbert.json"
};
static const unsigned char file139[] = {
#embed "../../Profiles/models/language/qilin-med.json"
};
static const unsigned char file140[] = {
#embed "../../Profiles/models/language/qwen-7b.json"
};
static const unsigned char file141[] = {
#embed "../../Profiles/models/language/roberta-base.json"
};
static const unsigned char file142[] = {
#embed "../../Profiles/models/language/roberta-large.json"
};
static const unsigned char file143[] = {
#embed "../../Profiles/models/language/scibert.json"
};
static const unsigned char file144[] = {
#embed "../../Profiles/models/language/taiyi-7b.json"
};
static const unsigned char file145[] = {
#embed "../../Profiles/models/language/text-embedding-ada-002.json"
};
static const unsigned char file146[] = {
#embed "../../Profiles/models/language/visual-med-alpaca.json"
};
static const unsigned char file147[] = {
#embed "../../Profiles/models/language/zhongjing-13b.json"
};
static const unsigned char file148[] = {
#embed "../../Profiles/models/multimodal/biomedclip.json"
};
static const unsigned char file149[] = {
#embed "../../Profiles/models/multimodal/chexzero.json"
};
static const unsigned char file150[] = {
#embed "../../Profiles/models/multimodal/clip-vit-b-16.json"
};
static const unsigned char file151[] = {
#embed "../../Profiles/models/multimodal/clip-vit-b-32.json"
};
static const unsigned char file152[] = {
#embed "../../Profiles/models/multimodal/clip-vit-l-14-336.json"
};
static const unsigned char file153[] = {
#embed "../../Profiles/models/multimodal/clip-vit-l-14.json"
};
static const unsigned char file154[] = {
#embed "../../Profiles/models/multimodal/etp-ecg-resnet18.json"
};
static const unsigned char file155[] = {
#embed "../../Profiles/models/multimodal/plip.json"
};
static const unsigned char file156[] = {
#embed "../../Profiles/models/multimodal/pubmedclip.json"
};
static const unsigned char file157[] = {
#embed "../../Profiles/models/multimodal/quiltnet.json"
};
static const unsigned char file158[] = {
#embed "../../Profiles/models/multimodal/vit-bert-dual.json"
};
static const unsigned char file159[] = {
#embed "../../Profiles/models/vision/c2l-densenet121.json"
};
static const unsigned char file160[] = {
#embed "../../Profiles/models/vision/c2l-resnet18.json"
};
static const unsigned char file161[] = {
#embed "../../Profiles/models/vision/campanella-vit-s.json"
};
static const unsigned char file162[] = {
#embed "../../Profiles/models/vision/ciga-resnet18.json"
};
static const unsigned char file163[] = {
#embed "../../Profiles/models/vision/clip-rn101-visual.json"
};
static const unsigned char file164[] = {
#embed "../../Profiles/models/vision/clip-rn50-visual.json"
};
static const unsigned char file165[] = {
#embed "../../Profiles/models/vision/clip-rn50x4-visual.json"
};
static const unsigned char file166[] = {
#embed "../../Profiles/models/vision/ctranspath.json"
};
static const unsigned char file167[] = {
#embed "../../Profiles/models/vision/densenet121-3d.json"
};
static const unsigned char file168[] = {
#embed "../../Profiles/models/vision/densenet121.json"
};
static const unsigned char file169[] = {
#embed "../../Profiles/models/vision/densenet161.json"
};
static const unsigned char file170[] = {
#embed "../../Profiles/models/vision/densenet169.json"
};
static const unsigned char file171[] = {
#embed "../../Profiles/models/vision/densenet201.json"
};
static const unsigned char file172[] = {
#embed "../../Profiles/models/vision/dinov2-vitb14.json"
};
static const unsigned char file173[] = {
#embed "../../Profiles/models/vision/dinov2-vitg14.json"
};
static const unsigned char file174[] = {
#embed "../../Profiles/models/vision/dinov2-vitl14.json"
};
static const unsigned char file175[] = {
#embed "../../Profiles/models/vision/dinov2-vits14.json"
};
static const unsigned char file176[] = {
#embed "../../Profiles/models/vision/efficientnet_b0.json"
};
static const unsigned char file177[] = {
#embed "../../Profiles/models/vision/efficientnet_b1.json"
};
static const unsigned char file178[] = {
#embed "../../Profiles/models/vision/efficientnet_b2.json"
};
static const unsigned char file179[] = {
#embed "../../Profiles/models/vision/efficientnet_b3.json"
};
static const unsigned char file180[] = {
#embed "../../Profiles/models/vision/efficientnet_b4.json"
};
static const unsigned char file181[] = {
#embed "../../Profiles/models/vision/efficientnet_b5.json"
};
static const unsigned char file182[] = {
#embed "../../Profiles/models/vision/endo-fm-timesformer.json"
};
static const unsigned char file183[] = {
#embed "../../Profiles/models/vision/ghesu-resnet50w2.json"
};
static const unsigned char file184[] = {
#embed "../../Profiles/models/vision/gigapath-tile.json"
};
static const unsigned char file185[] = {
#embed "../../Profiles/models/vision/lvm-med-resnet50.json"
};
static const unsigned char file186[] = {
#embed "../../Profiles/models/vision/mae_vit_base_patch16_dec512d8b.json"
};
static const unsigned char file187[] = {
#embed "../../Profiles/models/vision/mae_vit_huge_patch14_dec512d8b.json"
};
static const unsigned char file188[] = {
#embed "../../Profiles/models/vision/mae_vit_large_patch16_dec512d8b.json"
};
static const unsigned char file189[] = {
#embed "../../Profiles/models/vision/med3d-resnet10.json"
};
static const unsigned char file190[] = {
#embed "../../Profiles/models/vision/med3d-resnet101.json"
};
static const unsigned char file191[] = {
#embed "../../Profiles/models/vision/med3d-resnet152.json"
};
static const unsigned char file192[] = {
#embed "../../Profiles/models/vision/med3d-resnet18.json"
};
static const unsigned char file193[] = {
#embed "../../Profiles/models/vision/med3d-resnet200.json"
};
static const unsigned char file194[] = {
#embed "../../Profiles/models/vision/med3d-resnet34.json"
};
static const unsigned char file195[] = {
#embed "../../Profiles/models/vision/med3d-resnet50.json"
};
static const unsigned char file196[] = {
#embed "../../Profiles/models/vision/medsam-vit-b.json"
};
static const unsigned char file197[] = {
#embed "../../Profiles/models/vision/moco-cxr-densenet121.json"
};
static const unsigned char file198[] = {
#embed "../../Profiles/models/vision/moco-cxr-resnet18.json"
};
static const unsigned char file199[] = {
#embed "../../Profiles/models/vision/r3d18.json"
};
static const unsigned char file200[] = {
#embed "../../Profiles/models/vision/resnet101.json"
};
static const unsigned char file201[] = {
#embed "../../Profiles/models/vision/resnet152.json"
};
static const unsigned char file202[] = {
#embed "../../Profiles/models/vision/resnet18.json"
};
static const unsigned char file203[] = {
#embed "../../Profiles/models/vision/resnet34.json"
};
static const unsigned char file204[] = {
#embed "../../Profiles/models/vision/resnet50.json"
};
static const unsigned char file205[] = {
#embed "../../Profiles/models/vision/resnext101_32x8d.json"
};
static const unsigned char file206[] = {
#embed "../../Profiles/models/vision/resnext101_64x4d.json"
};
static const unsigned char file207[] = {
#embed "../../Profiles/models/vision/resnext50_32x4d.json"
};
static const unsigned char file208[] = {
#embed "../../Profiles/models/vision/retfound.json"
};
static const unsigned char file209[] = {
#embed "../../Profiles/models/vision/rudolfv.json"
};
static const unsigned char file210[] = {
#embed "../../Profiles/models/vision/sam-mask-decoder.json"
};
static const unsigned char file211[] = {
#embed "../../Profiles/models/vision/sam-vit_b-image-encoder.json"
};
static const unsigned char file212[] = {
#embed "../../Profiles/models/vision/sam-vit_b.json"
};
static const unsigned char file213[] = {
#embed "../../Profiles/models/vision/sam-vit_h-image-encoder.json"
};
static const unsigned char file214[] = {
#embed "../../Profiles/models/vision/sam-vit_h.json"
};
static const unsigned char file215[] = {
#embed "../../Profiles/models/vision/sam-vit_l-image-encoder.json"
};
static const unsigned char file216[] = {
#embed "../../Profiles/models/vision/sam-vit_l.json"
};
static const unsigned char file217[] = {
#embed "../../Profiles/models/vision/segvol-image-encoder.json"
};
static const unsigned char file218[] = {
#embed "../../Profiles/models/vision/swin_base_patch4_window7_224.json"
};
static const unsigned char file219[] = {
#embed "../../Profiles/models/vision/swin_large_patch4_window7_224.json"
};
static const unsigned char file220[] = {
#embed "../../Profiles/models/vision/swin_small_patch4_window7_224.json"
};
static const unsigned char file221[] = {
#embed "../../Profiles/models/vision/swin_tiny_patch4_window7_224.json"
};
static const unsigned char file222[] = {
#embed "../../Profiles/models/vision/swinunetr-24.json"
};
static const unsigned char file223[] = {
#embed "../../Profiles/models/vision/swinunetr-48.json"
};
static const unsigned char file224[] = {
#embed "../../Profiles/models/vision/swinunetr-v2-48.json"
};
static const unsigned char file225[] = {
#embed "../../Profiles/models/vision/unetr-16.json"
};
static const unsigned char file226[] = {
#embed "../../Profiles/models/vision/uni.json"
};
static const unsigned char file227[] = {
#embed "../../Profiles/models/vision/uni2-h.json"
};
static const unsigned char file228[] = {
#embed "../../Profiles/models/bioinformatics/prott5-xl-encdec.json"
};
static const unsigned char file56[] = {
#embed "../../Profiles/models/bioinformatics/prott5-xl-encoder.json"
};
static const unsigned char file57[] = {
#embed "../../Profiles/models/bioinformatics/prott5-xxl-encdec.json"
};
static const unsigned char file58[] = {
#embed "../../Profiles/models/bioinformatics/prott5-xxl-encoder.json"
};
static const unsigned char file59[] = {
#embed "../../Profiles/models/bioinformatics/rna-fm.json"
};
static const unsigned char file60[] = {
#embed "../../Profiles/models/bioinformatics/rnabert.json"
};
static const unsigned char file61[] = {
#embed "../../Profiles/models/bioinformatics/splicebert.json"
};
static const unsigned char file62[] = {
#embed "../../Profiles/models/bioinformatics/utr-lm.json"
};
static const unsigned char file63[] = {
#embed "../../Profiles/models/language/albert-base.json"
};
static const unsigned char file64[] = {
#embed "../../Profiles/models/language/albert-large.json"
};
static const unsigned char file65[] = {
#embed "../../Profiles/models/language/albert-xlarge.json"
};
static const unsigned char file66[] = {
#embed "../../Profiles/models/language/albert-xxlarge.json"
};
static const unsigned char file67[] = {
#embed "../../Profiles/models/language/alpacare-13b.json"
};
static const unsigned char file68[] = {
#embed "../../Profiles/models/language/alpacare-7b.json"
};
static const unsigned char file69[] = {
#embed "../../Profiles/models/language/alpacare-llama2-13b.json"
};
static const unsigned char file70[] = {
#embed "../../Profiles/models/language/alpacare-llama2-7b.json"
};
static const unsigned char file71[] = {
#embed "../../Profiles/models/language/alphabert.json"
};
static const unsigned char file72[] = {
#embed "../../Profiles/models/language/antplm-med-10b.json"
};
static const unsigned char file73[] = {
#embed "../../Profiles/models/language/baichuan-13b.json"
};
static const unsigned char file74[] = {
#embed "../../Profiles/models/language/baichuan-7b.json"
};
static const unsigned char file75[] = {
#embed "../../Profiles/models/language/baichuan2-13b.json"
};
static const unsigned char file76[] = {
#embed "../../Profiles/models/language/baichuan2-7b.json"
};
static const unsigned char file77[] = {
#embed "../../Profiles/models/language/bart-base.json"
};
static const unsigned char file78[] = {
#embed "../../Profiles/models/language/bart-large.json"
};
static const unsigned char file79[] = {
#embed "../../Profiles/models/language/behrt.json"
};
static const unsigned char file80[] = {
#embed "../../Profiles/models/language/bentsao.json"
};
static const unsigned char file81[] = {
#embed "../../Profiles/models/language/bert-base.json"
};
static const unsigned char file82[] = {
#embed "../../Profiles/models/language/bert-large.json"
};
static const unsigned char file83[] = {
#embed "../../Profiles/models/language/bianque-1.json"
};
static const unsigned char file84[] = {
#embed "../../Profiles/models/language/bianque-2.json"
};
static const unsigned char file85[] = {
#embed "../../Profiles/models/language/bimedix.json"
};
static const unsigned char file86[] = {
#embed "../../Profiles/models/language/biobart-base.json"
};
static const unsigned char file87[] = {
#embed "../../Profiles/models/language/biobart-large.json"
};
static const unsigned char file88[] = {
#embed "../../Profiles/models/language/biobart-v2-base.json"
};
static const unsigned char file89[] = {
#embed "../../Profiles/models/language/biobart-v2-large.json"
};
static const unsigned char file90[] = {
#embed "../../Profiles/models/language/biobert.json"
};
static const unsigned char file91[] = {
#embed "../../Profiles/models/language/biomedlm.json"
};
static const unsigned char file92[] = {
#embed "../../Profiles/models/language/biomistral-7b.json"
};
static const unsigned char file93[] = {
#embed "../../Profiles/models/language/bloom-176b.json"
};
static const unsigned char file94[] = {
#embed "../../Profiles/models/language/bloom-1b1.json"
};
static const unsigned char file95[] = {
#embed "../../Profiles/models/language/bloom-1b7.json"
};
static const unsigned char file96[] = {
#embed "../../Profiles/models/language/bloom-3b.json"
};
static const unsigned char file97[] = {
#embed "../../Profiles/models/language/bloom-560m.json"
};
static const unsigned char file98[] = {
#embed "../../Profiles/models/language/bloom-7b1.json"
};
static const unsigned char file99[] = {
#embed "../../Profiles/models/language/chatdoctor.json"
};
static const unsigned char file100[] = {
#embed "../../Profiles/models/language/chatglm-6b.json"
};
static const unsigned char file101[] = {
#embed "../../Profiles/models/language/chatglm2-6b.json"
};
static const unsigned char file102[] = {
#embed "../../Profiles/models/language/chatglm3-6b.json"
};
static const unsigned char file103[] = {
#embed "../../Profiles/models/language/clinical-decision-transformer.json"
};
static const unsigned char file104[] = {
#embed "../../Profiles/models/language/clinicalbert.json"
};
static const unsigned char file105[] = {
#embed "../../Profiles/models/language/clinicalgpt.json"
};
static const unsigned char file106[] = {
#embed "../../Profiles/models/language/doctorglm.json"
};
static const unsigned char file107[] = {
#embed "../../Profiles/models/language/falcon-40b.json"
};
static const unsigned char file108[] = {
#embed "../../Profiles/models/language/falcon-7b.json"
};
static const unsigned char file109[] = {
#embed "../../Profiles/models/language/flan-t5-base.json"
};
static const unsigned char file110[] = {
#embed "../../Profiles/models/language/flan-t5-large.json"
};
static const unsigned char file111[] = {
#embed "../../Profiles/models/language/flan-t5-small.json"
};
static const unsigned char file112[] = {
#embed "../../Profiles/models/language/flan-t5-xl.json"
};
static const unsigned char file113[] = {
#embed "../../Profiles/models/language/flan-t5-xxl.json"
};
static const unsigned char file114[] = {
#embed "../../Profiles/models/language/gatortron-base-345m.json"
};
static const unsigned char file115[] = {
#embed "../../Profiles/models/language/gatortron-large-8.9b.json"
};
static const unsigned char file116[] = {
#embed "../../Profiles/models/language/gatortron-medium-3.9b.json"
};
static const unsigned char file117[] = {
#embed "../../Profiles/models/language/gatortrongpt-20b.json"
};
static const unsigned char file118[] = {
#embed "../../Profiles/models/language/gatortrongpt-5b.json"
};
static const unsigned char file119[] = {
#embed "../../Profiles/models/language/gemma-2b.json"
};
static const unsigned char file120[] = {
#embed "../../Profiles/models/language/gemma-7b.json"
};
static const unsigned char file121[] = {
#embed "../../Profiles/models/language/gemma2-27b.json"
};
static const unsigned char file122[] = {
#embed "../../Profiles/models/language/gemma2-2b.json"
};
static const unsigned char file123[] = {
#embed "../../Profiles/models/language/gemma2-9b.json"
};
static const unsigned char file124[] = {
#embed "../../Profiles/models/language/glm-10b.json"
};
static const unsigned char file125[] = {
#embed "../../Profiles/models/language/glm-130b.json"
};
static const unsigned char file126[] = {
#embed "../../Profiles/models/language/gpt-doctor.json"
};
static const unsigned char file127[] = {
#embed "../../Profiles/models/language/gpt-j-6b.json"
};
static const unsigned char file128[] = {
#embed "../../Profiles/models/language/gpt-neox-20b.json"
};
static const unsigned char file129[] = {
#embed "../../Profiles/models/language/gpt2-large.json"
};
static const unsigned char file130[] = {
#embed "../../Profiles/models/language/gpt2-medium.json"
};
static const unsigned char file131[] = {
#embed "../../Profiles/models/language/gpt2-xl.json"
};
static const unsigned char file132[] = {
#embed "../../Profiles/models/language/gpt2.json"
};
static const unsigned char file133[] = {
#embed "../../Profiles/models/language/huatuogpt-13b.json"
};
static const unsigned char file134[] = {
#embed "../../Profiles/models/language/huatuogpt-7b.json"
};
static const unsigned char file135[] = {
#embed "../../Profiles/models/language/huatuogpt2-13b.json"
};
static const unsigned char file136[] = {
#embed "../../Profiles/models/language/huatuogpt2-34b.json"
};
static const unsigned char file137[] = {
#embed "../../Profiles/models/language/huatuogpt2-7b.json"
};
static const unsigned char file138[] = {
#embed "../../Profiles/models/language/jmlr-13b.json"
};
static const unsigned char file139[] = {
#embed "../../Profiles/models/language/jmlr-7b.json"
};
static const unsigned char file140[] = {
#embed "../../Profiles/models/language/llama-13b.json"
};
static const unsigned char file141[] = {
#embed "../../Profiles/models/language/llama-33b.json"
};
static const unsigned char file142[] = {
#embed "../../Profiles/models/language/llama-65b.json"
};
static const unsigned char file143[] = {
#embed "../../Profiles/models/language/llama-7b.json"
};
static const unsigned char file144[] = {
#embed "../../Profiles/models/language/llama2-13b.json"
};
static const unsigned char file145[] = {
#embed "../../Profiles/models/language/llama2-70b.json"
};
static const unsigned char file146[] = {
#embed "../../Profiles/models/language/llama2-7b.json"
};
static const unsigned char file147[] = {
#embed "../../Profiles/models/language/llama3-70b.json"
};
static const unsigned char file148[] = {
#embed "../../Profiles/models/language/llama3-8b.json"
};
static const unsigned char file149[] = {
#embed "../../Profiles/models/language/llama3.1-405b.json"
};
static const unsigned char file150[] = {
#embed "../../Profiles/models/language/llama3.1-70b.json"
};
static const unsigned char file151[] = {
#embed "../../Profiles/models/language/llama3.1-8b.json"
};
static const unsigned char file152[] = {
#embed "../../Profiles/models/language/llama3.2-1b.json"
};
static const unsigned char file153[] = {
#embed "../../Profiles/models/language/llama3.2-3b.json"
};
static const unsigned char file154[] = {
#embed "../../Profiles/models/language/me-llama-13b.json"
};
static const unsigned char file155[] = {
#embed "../../Profiles/models/language/me-llama-70b.json"
};
static const unsigned char file156[] = {
#embed "../../Profiles/models/language/med-palm.json"
};
static const unsigned char file157[] = {
#embed "../../Profiles/models/language/medagents-flan-palm.json"
};
static const unsigned char file158[] = {
#embed "../../Profiles/models/language/medalpaca-13b.json"
};
static const unsigned char file159[] = {
#embed "../../Profiles/models/language/medalpaca-30b.json"
};
static const unsigned char file160[] = {
#embed "../../Profiles/models/language/medalpaca-7b.json"
};
static const unsigned char file161[] = {
#embed "../../Profiles/models/language/medcpt-query.json"
};
static const unsigned char file162[] = {
#embed "../../Profiles/models/language/medcpt-reranker.json"
};
static const unsigned char file163[] = {
#embed "../../Profiles/models/language/medcpt.json"
};
static const unsigned char file164[] = {
#embed "../../Profiles/models/language/meditron-70b.json"
};
static const unsigned char file165[] = {
#embed "../../Profiles/models/language/meditron-7b.json"
};
static const unsigned char file166[] = {
#embed "../../Profiles/models/language/medroberta-nl.json"
};
static const unsigned char file167[] = {
#embed "../../Profiles/models/language/megatron-gpt-1.3b.json"
};
static const unsigned char file168[] = {
#embed "../../Profiles/models/language/mistral-7b.json"
};
static const unsigned char file169[] = {
#embed "../../Profiles/models/language/mixtral-8x22b.json"
};
static const unsigned char file170[] = {
#embed "../../Profiles/models/language/mixtral-8x7b.json"
};
static const unsigned char file171[] = {
#embed "../../Profiles/models/language/napss.json"
};
static const unsigned char file172[] = {
#embed "../../Profiles/models/language/oncogpt-7b.json"
};
static const unsigned char file173[] = {
#embed "../../Profiles/models/language/open-llama-3b.json"
};
static const unsigned char file174[] = {
#embed "../../Profiles/models/language/ophglm.json"
};
static const unsigned char file175[] = {
#embed "../../Profiles/models/language/opt-1.3b.json"
};
static const unsigned char file176[] = {
#embed "../../Profiles/models/language/opt-125m.json"
};
static const unsigned char file177[] = {
#embed "../../Profiles/models/language/opt-13b.json"
};
static const unsigned char file178[] = {
#embed "../../Profiles/models/language/opt-175b.json"
};
static const unsigned char file179[] = {
#embed "../../Profiles/models/language/opt-2.7b.json"
};
static const unsigned char file180[] = {
#embed "../../Profiles/models/language/opt-30b.json"
};
static const unsigned char file181[] = {
#embed "../../Profiles/models/language/opt-6.7b.json"
};
static const unsigned char file182[] = {
#embed "../../Profiles/models/language/opt-66b.json"
};
static const unsigned char file183[] = {
#embed "../../Profiles/models/language/palm-540b.json"
};
static const unsigned char file184[] = {
#embed "../../Profiles/models/language/palm-62b.json"
};
static const unsigned char file185[] = {
#embed "../../Profiles/models/language/palm-8b.json"
};
static const unsigned char file186[] = {
#embed "../../Profiles/models/language/pbp.json"
};
static const unsigned char file187[] = {
#embed "../../Profiles/models/language/phi-1.5.json"
};
static const unsigned char file188[] = {
#embed "../../Profiles/models/language/phi-2.json"
};
static const unsigned char file189[] = {
#embed "../../Profiles/models/language/phi-3-mini.json"
};
static const unsigned char file190[] = {
#embed "../../Profiles/models/language/pmc-llama-13b.json"
};
static const unsigned char file191[] = {
#embed "../../Profiles/models/language/pmc-llama-7b.json"
};
static const unsigned char file192[] = {
#embed "../../Profiles/models/language/pubmedbert.json"
};
static const unsigned char file193[] = {
#embed "../../Profiles/models/language/qilin-med-13b.json"
};
static const unsigned char file194[] = {
#embed "../../Profiles/models/language/qilin-med.json"
};
static const unsigned char file195[] = {
#embed "../../Profiles/models/language/qwen-1.8b.json"
};
static const unsigned char file196[] = {
#embed "../../Profiles/models/language/qwen-14b.json"
};
static const unsigned char file197[] = {
#embed "../../Profiles/models/language/qwen-72b.json"
};
static const unsigned char file198[] = {
#embed "../../Profiles/models/language/qwen-7b.json"
};
static const unsigned char file199[] = {
#embed "../../Profiles/models/language/qwen2-0.5b.json"
};
static const unsigned char file200[] = {
#embed "../../Profiles/models/language/qwen2-1.5b.json"
};
static const unsigned char file201[] = {
#embed "../../Profiles/models/language/qwen2-72b.json"
};
static const unsigned char file202[] = {
#embed "../../Profiles/models/language/qwen2-7b.json"
};
static const unsigned char file203[] = {
#embed "../../Profiles/models/language/roberta-base.json"
};
static const unsigned char file204[] = {
#embed "../../Profiles/models/language/roberta-large.json"
};
static const unsigned char file205[] = {
#embed "../../Profiles/models/language/scibert.json"
};
static const unsigned char file206[] = {
#embed "../../Profiles/models/language/spt.json"
};
static const unsigned char file207[] = {
#embed "../../Profiles/models/language/t5-11b.json"
};
static const unsigned char file208[] = {
#embed "../../Profiles/models/language/t5-3b.json"
};
static const unsigned char file209[] = {
#embed "../../Profiles/models/language/t5-base.json"
};
static const unsigned char file210[] = {
#embed "../../Profiles/models/language/t5-large.json"
};
static const unsigned char file211[] = {
#embed "../../Profiles/models/language/t5-small.json"
};
static const unsigned char file212[] = {
#embed "../../Profiles/models/language/taiyi-7b.json"
};
static const unsigned char file213[] = {
#embed "../../Profiles/models/language/visual-med-alpaca.json"
};
static const unsigned char file214[] = {
#embed "../../Profiles/models/language/yi-34b.json"
};
static const unsigned char file215[] = {
#embed "../../Profiles/models/language/zhongjing-13b.json"
};
static const unsigned char file216[] = {
#embed "../../Profiles/models/language/ziya-llama-13b.json"
};
static const unsigned char file217[] = {
#embed "../../Profiles/models/multimodal/biomedclip.json"
};
static const unsigned char file218[] = {
#embed "../../Profiles/models/multimodal/chexzero.json"
};
static const unsigned char file219[] = {
#embed "../../Profiles/models/multimodal/clip-vit-b-16.json"
};
static const unsigned char file220[] = {
#embed "../../Profiles/models/multimodal/clip-vit-b-32.json"
};
static const unsigned char file221[] = {
#embed "../../Profiles/models/multimodal/clip-vit-l-14-336.json"
};
static const unsigned char file222[] = {
#embed "../../Profiles/models/multimodal/clip-vit-l-14.json"
};
static const unsigned char file223[] = {
#embed "../../Profiles/models/multimodal/plip.json"
};
static const unsigned char file224[] = {
#embed "../../Profiles/models/multimodal/pubmedclip.json"
};
static const unsigned char file225[] = {
#embed "../../Profiles/models/multimodal/quiltnet.json"
};
static const unsigned char file226[] = {
#embed "../../Profiles/models/multimodal/vit-bert-dual.json"
};
static const unsigned char file227[] = {
#embed "../../Profiles/models/vision/campanella-vit-s.json"
};
static const unsigned char file228[] = {
#embed "../../Profiles/models/vision/dinov2-vitb14.json"
};
static const unsigned char file229[] = {
#embed "../../Profiles/models/vision/dinov2-vitg14.json"
};
static const unsigned char file230[] = {
#embed "../../Profiles/models/vision/dinov2-vitl14.json"
};
static const unsigned char file231[] = {
#embed "../../Profiles/models/vision/dinov2-vits14.json"
};
static const unsigned char file232[] = {
#embed "../../Profiles/models/vision/gigapath-tile.json"
};
static const unsigned char file233[] = {
#embed "../../Profiles/models/vision/retfound.json"
};
static const unsigned char file234[] = {
#embed "../../Profiles/models/vision/rudolfv.json"
};
static const unsigned char file235[] = {
#embed "../../Profiles/models/vision/uni.json"
};
static const unsigned char file236[] = {
#embed "../../Profiles/models/vision/uni2-h.json"
};
static const unsigned char file237[] = {
#embed "../../Profiles/models/vision/virchow.json"
};
static const unsigned char file238[] = {
#embed "../../Profiles/models/vision/virchow2.json"
};
static const unsigned char file239[] = {
#embed "../../Profiles/models/vision/visionfm.json"
};
static const unsigned char file240[] = {
#embed "../../Profiles/models/vision/vit-b-16.json"
};
static const unsigned char file241[] = {
#embed "../../Profiles/models/vision/vit-h-14.json"
};
static const unsigned char file242[] = {
#embed "../../Profiles/models/vision/vit-l-16.json"
};
static const unsigned char file243[] = {
#embed "../../Profiles/models/vision/vit-s-16.json"
#embed "../../Profiles/models/vision/virchow.json"
};
static const unsigned char file229[] = {
#embed "../../Profiles/models/vision/virchow2.json"
};
static const unsigned char file230[] = {
#embed "../../Profiles/models/vision/visionfm.json"
};
static const unsigned char file231[] = {
#embed "../../Profiles/models/vision/vit-b-16.json"
};
static const unsigned char file232[] = {
#embed "../../Profiles/models/vision/vit-h-14.json"
};
static const unsigned char file233[] = {
#embed "../../Profiles/models/vision/vit-l-16.json"
};
static const unsigned char file234[] = {
#embed "../../Profiles/models/vision/vit-s-16.json"
};
static const unsigned char file235[] = {
#embed "../../Profiles/models/vision/wide_resnet101_2.json"
};
static const unsigned char file236[] = {
#embed "../../Profiles/models/vision/wide_resnet50_2.json"
};
static const unsigned char file237[] = {
#embed "../../Profiles/models/vision/efficientnet_b6.json"
};
static const unsigned char file183[] = {
#embed "../../Profiles/models/vision/efficientnet_b7.json"
};
static const unsigned char file184[] = {
#embed "../../Profiles/models/vision/ghesu-resnet50w2.json"
};
static const unsigned char file185[] = {
#embed "../../Profiles/models/vision/gigapath-tile.json"
};
static const unsigned char file186[] = {
#embed "../../Profiles/models/vision/lvm-med-resnet50.json"
};
static const unsigned char file187[] = {
#embed "../../Profiles/models/vision/med3d-resnet10.json"
};
static const unsigned char file188[] = {
#embed "../../Profiles/models/vision/med3d-resnet101.json"
};
static const unsigned char file189[] = {
#embed "../../Profiles/models/vision/med3d-resnet152.json"
};
static const unsigned char file190[] = {
#embed "../../Profiles/models/vision/med3d-resnet18.json"
};
static const unsigned char file191[] = {
#embed "../../Profiles/models/vision/med3d-resnet200.json"
};
static const unsigned char file192[] = {
#embed "../../Profiles/models/vision/med3d-resnet34.json"
};
static const unsigned char file193[] = {
#embed "../../Profiles/models/vision/med3d-resnet50.json"
};
static const unsigned char file194[] = {
#embed "../../Profiles/models/vision/medsam-vit-b.json"
};
static const unsigned char file195[] = {
#embed "../../Profiles/models/vision/moco-cxr-densenet121.json"
};
static const unsigned char file196[] = {
#embed "../../Profiles/models/vision/moco-cxr-resnet18.json"
};
static const unsigned char file197[] = {
#embed "../../Profiles/models/vision/r3d18.json"
};
static const unsigned char file198[] = {
#embed "../../Profiles/models/vision/resnet101.json"
};
static const unsigned char file199[] = {
#embed "../../Profiles/models/vision/resnet152.json"
};
static const unsigned char file200[] = {
#embed "../../Profiles/models/vision/resnet18.json"
};
static const unsigned char file201[] = {
#embed "../../Profiles/models/vision/resnet34.json"
};
static const unsigned char file202[] = {
#embed "../../Profiles/models/vision/resnet50.json"
};
static const unsigned char file203[] = {
#embed "../../Profiles/models/vision/resnext101_32x8d.json"
};
static const unsigned char file204[] = {
#embed "../../Profiles/models/vision/resnext101_64x4d.json"
};
static const unsigned char file205[] = {
#embed "../../Profiles/models/vision/resnext50_32x4d.json"
};
static const unsigned char file206[] = {
#embed "../../Profiles/models/vision/retfound.json"
};
static const unsigned char file207[] = {
#embed "../../Profiles/models/vision/rudolfv.json"
};
static const unsigned char file208[] = {
#embed "../../Profiles/models/vision/sam-mask-decoder.json"
};
static const unsigned char file209[] = {
#embed "../../Profiles/models/vision/sam-vit_b-image-encoder.json"
};
static const unsigned char file210[] = {
#embed "../../Profiles/models/vision/sam-vit_b.json"
};
static const unsigned char file211[] = {
#embed "../../Profiles/models/vision/sam-vit_h-image-encoder.json"
};
static const unsigned char file212[] = {
#embed "../../Profiles/models/vision/sam-vit_h.json"
};
static const unsigned char file213[] = {
#embed "../../Profiles/models/vision/sam-vit_l-image-encoder.json"
};
static const unsigned char file214[] = {
#embed "../../Profiles/models/vision/sam-vit_l.json"
};
static const unsigned char file215[] = {
#embed "../../Profiles/models/vision/swin_base_patch4_window7_224.json"
};
static const unsigned char file216[] = {
#embed "../../Profiles/models/vision/swin_large_patch4_window7_224.json"
};
static const unsigned char file217[] = {
#embed "../../Profiles/models/vision/swin_small_patch4_window7_224.json"
};
static const unsigned char file218[] = {
#embed "../../Profiles/models/vision/swin_tiny_patch4_window7_224.json"
};
static const unsigned char file219[] = {
#embed "../../Profiles/models/vision/swinunetr-24.json"
};
static const unsigned char file220[] = {
#embed "../../Profiles/models/vision/swinunetr-48.json"
};
static const unsigned char file221[] = {
#embed "../../Profiles/models/vision/swinunetr-v2-48.json"
};
static const unsigned char file222[] = {
#embed "../../Profiles/models/vision/uni.json"
};
static const unsigned char file223[] = {
#embed "../../Profiles/models/vision/uni2-h.json"
};
static const unsigned char file224[] = {
#embed "../../Profiles/models/vision/virchow.json"
};
static const unsigned char file225[] = {
#embed "../../Profiles/models/vision/virchow2.json"
};
static const unsigned char file226[] = {
#embed "../../Profiles/models/vision/visionfm.json"
};
static const unsigned char file227[] = {
#embed "../../Profiles/models/vision/vit-b-16.json"
};
static const unsigned char file228[] = {
#embed "../../Profiles/models/vision/vit-h-14.json"
};
static const unsigned char file229[] = {
#embed "../../Profiles/models/vision/vit-l-16.json"
};
static const unsigned char file230[] = {
#embed "../../Profiles/models/vision/vit-s-16.json"
};
static const unsigned char file231[] = {
#embed "../../Profiles/models/vision/wide_resnet101_2.json"
};
static const unsigned char file232[] = {
#embed "../../Profiles/models/vision/wide_resnet50_2.json"
};
static const unsigned char file233[] = {
#embed "../../Profiles/survey.json"
#embed "../../Profiles/models/language/bert-large.json"
};
static const unsigned char file88[] = {
#embed "../../Profiles/models/language/biobert.json"
};
static const unsigned char file89[] = {
#embed "../../Profiles/models/language/biomedlm.json"
};
static const unsigned char file90[] = {
#embed "../../Profiles/models/language/biomistral-7b.json"
};
static const unsigned char file91[] = {
#embed "../../Profiles/models/language/chatcad-plus.json"
};
static const unsigned char file92[] = {
#embed "../../Profiles/models/language/chatcad.json"
};
static const unsigned char file93[] = {
#embed "../../Profiles/models/language/chatdoctor.json"
};
static const unsigned char file94[] = {
#embed "../../Profiles/models/language/chatgpt.json"
};
static const unsigned char file95[] = {
#embed "../../Profiles/models/language/clinicalbert.json"
};
static const unsigned char file96[] = {
#embed "../../Profiles/models/language/deid-gpt.json"
};
static const unsigned char file97[] = {
#embed "../../Profiles/models/language/dr-knows.json"
};
static const unsigned char file98[] = {
#embed "../../Profiles/models/language/gatortron-base-345m.json"
};
static const unsigned char file99[] = {
#embed "../../Profiles/models/language/gatortron-large-8.9b.json"
};
static const unsigned char file100[] = {
#embed "../../Profiles/models/language/gatortron-medium-3.9b.json"
};
static const unsigned char file101[] = {
#embed "../../Profiles/models/language/gatortrongpt-20b.json"
};
static const unsigned char file102[] = {
#embed "../../Profiles/models/language/gatortrongpt-5b.json"
};
static const unsigned char file103[] = {
#embed "../../Profiles/models/language/gpt-4.json"
};
static const unsigned char file104[] = {
#embed "../../Profiles/models/language/gpt2-large.json"
};
static const unsigned char file105[] = {
#embed "../../Profiles/models/language/gpt2-medium.json"
};
static const unsigned char file106[] = {
#embed "../../Profiles/models/language/gpt2-xl.json"
};
static const unsigned char file107[] = {
#embed "../../Profiles/models/language/gpt2.json"
};
static const unsigned char file108[] = {
#embed "../../Profiles/models/language/healthprompt.json"
};
static const unsigned char file109[] = {
#embed "../../Profiles/models/language/huatuogpt-7b.json"
};
static const unsigned char file110[] = {
#embed "../../Profiles/models/language/huatuogpt2-7b.json"
};
static const unsigned char file111[] = {
#embed "../../Profiles/models/language/jmlr-13b.json"
};
static const unsigned char file112[] = {
#embed "../../Profiles/models/language/llama-13b.json"
};
static const unsigned char file113[] = {
#embed "../../Profiles/models/language/llama-33b.json"
};
static const unsigned char file114[] = {
#embed "../../Profiles/models/language/llama-65b.json"
};
static const unsigned char file115[] = {
#embed "../../Profiles/models/language/llama-7b.json"
};
static const unsigned char file116[] = {
#embed "../../Profiles/models/language/llama2-13b.json"
};
static const unsigned char file117[] = {
#embed "../../Profiles/models/language/llama2-70b.json"
};
static const unsigned char file118[] = {
#embed "../../Profiles/models/language/llama2-7b.json"
};
static const unsigned char file119[] = {
#embed "../../Profiles/models/language/llama3-70b.json"
};
static const unsigned char file120[] = {
#embed "../../Profiles/models/language/llama3-8b.json"
};
static const unsigned char file121[] = {
#embed "../../Profiles/models/language/me-llama-13b.json"
};
static const unsigned char file122[] = {
#embed "../../Profiles/models/language/me-llama-70b.json"
};
static const unsigned char file123[] = {
#embed "../../Profiles/models/language/med-palm-2.json"
};
static const unsigned char file124[] = {
#embed "../../Profiles/models/language/medalpaca-13b.json"
};
static const unsigned char file125[] = {
#embed "../../Profiles/models/language/medalpaca-7b.json"
};
static const unsigned char file126[] = {
#embed "../../Profiles/models/language/medcpt.json"
};
static const unsigned char file127[] = {
#embed "../../Profiles/models/language/meditron-70b.json"
};
static const unsigned char file128[] = {
#embed "../../Profiles/models/language/meditron-7b.json"
};
static const unsigned char file129[] = {
#embed "../../Profiles/models/language/medprompt.json"
};
static const unsigned char file130[] = {
#embed "../../Profiles/models/language/medroberta-nl.json"
};
static const unsigned char file131[] = {
#embed "../../Profiles/models/language/megatron-gpt-1.3b.json"
};
static const unsigned char file132[] = {
#embed "../../Profiles/models/language/mistral-7b.json"
};
static const unsigned char file133[] = {
#embed "../../Profiles/models/language/oncogpt-7b.json"
};
static const unsigned char file134[] = {
#embed "../../Profiles/models/language/open-llama-3b.json"
};
static const unsigned char file135[] = {
#embed "../../Profiles/models/language/pmc-llama-13b.json"
};
static const unsigned char file136[] = {
#embed "../../Profiles/models/language/pmc-llama-7b.json"
};
static const unsigned char file137[] = {
#embed "../../Profiles/models/language/pubmedbert.json"
};
static const unsigned char file138[] = {
#embed "../../Profiles/models/language/qilin-med.json"
};
static const unsigned char file139[] = {
#embed "../../Profiles/models/language/qwen-7b.json"
};
static const unsigned char file140[] = {
#embed "../../Profiles/models/language/roberta-base.json"
};
static const unsigned char file141[] = {
#embed "../../Profiles/models/language/roberta-large.json"
};
static const unsigned char file142[] = {
#embed "../../Profiles/models/language/scibert.json"
};
static const unsigned char file143[] = {
#embed "../../Profiles/models/language/taiyi-7b.json"
};
static const unsigned char file144[] = {
#embed "../../Profiles/models/language/text-embedding-ada-002.json"
};
static const unsigned char file145[] = {
#embed "../../Profiles/models/language/visual-med-alpaca.json"
};
static const unsigned char file146[] = {
#embed "../../Profiles/models/language/zhongjing-13b.json"
};
static const unsigned char file147[] = {
#embed "../../Profiles/models/multimodal/biomedclip.json"
};
static const unsigned char file148[] = {
#embed "../../Profiles/models/multimodal/chambon-sd.json"
};
static const unsigned char file149[] = {
#embed "../../Profiles/models/multimodal/chexzero.json"
};
static const unsigned char file150[] = {
#embed "../../Profiles/models/multimodal/clip-vit-b-16.json"
};
static const unsigned char file151[] = {
#embed "../../Profiles/models/multimodal/clip-vit-b-32.json"
};
static const unsigned char file152[] = {
#embed "../../Profiles/models/multimodal/clip-vit-l-14-336.json"
};
static const unsigned char file153[] = {
#embed "../../Profiles/models/multimodal/clip-vit-l-14.json"
};
static const unsigned char file154[] = {
#embed "../../Profiles/models/multimodal/etp-ecg-resnet18.json"
};
static const unsigned char file155[] = {
#embed "../../Profiles/models/multimodal/plip.json"
};
static const unsigned char file156[] = {
#embed "../../Profiles/models/multimodal/pubmedclip.json"
};
static const unsigned char file157[] = {
#embed "../../Profiles/models/multimodal/quiltnet.json"
};
static const unsigned char file158[] = {
#embed "../../Profiles/models/multimodal/roentgen.json"
};
static const unsigned char file159[] = {
#embed "../../Profiles/models/multimodal/sd1-unet.json"
};
static const unsigned char file160[] = {
#embed "../../Profiles/models/multimodal/sd1-vae.json"
};
static const unsigned char file161[] = {
#embed "../../Profiles/models/multimodal/sd2-unet.json"
};
static const unsigned char file162[] = {
#embed "../../Profiles/models/multimodal/stable-diffusion-v1.json"
};
static const unsigned char file163[] = {
#embed "../../Profiles/models/multimodal/stable-diffusion-v2.json"
};
static const unsigned char file164[] = {
#embed "../../Profiles/models/multimodal/vit-bert-dual.json"
};
static const unsigned char file165[] = {
#embed "../../Profiles/models/vision/c2l-densenet121.json"
};
static const unsigned char file166[] = {
#embed "../../Profiles/models/vision/c2l-resnet18.json"
};
static const unsigned char file167[] = {
#embed "../../Profiles/models/vision/campanella-vit-s.json"
};
static const unsigned char file168[] = {
#embed "../../Profiles/models/vision/ciga-resnet18.json"
};
static const unsigned char file169[] = {
#embed "../../Profiles/models/vision/clip-rn101-visual.json"
};
static const unsigned char file170[] = {
#embed "../../Profiles/models/vision/clip-rn50-visual.json"
};
static const unsigned char file171[] = {
#embed "../../Profiles/models/vision/clip-rn50x4-visual.json"
};
static const unsigned char file172[] = {
#embed "../../Profiles/models/vision/ctranspath.json"
};
static const unsigned char file173[] = {
#embed "../../Profiles/models/vision/densenet121-3d.json"
};
static const unsigned char file174[] = {
#embed "../../Profiles/models/vision/densenet121.json"
};
static const unsigned char file175[] = {
#embed "../../Profiles/models/vision/densenet161.json"
};
static const unsigned char file176[] = {
#embed "../../Profiles/models/vision/densenet169.json"
};
static const unsigned char file177[] = {
#embed "../../Profiles/models/vision/densenet201.json"
};
static const unsigned char file178[] = {
#embed "../../Profiles/models/vision/dinov2-vitb14.json"
};
static const unsigned char file179[] = {
#embed "../../Profiles/models/vision/dinov2-vitg14.json"
};
static const unsigned char file180[] = {
#embed "../../Profiles/models/vision/dinov2-vitl14.json"
};
static const unsigned char file181[] = {
#embed "../../Profiles/models/vision/dinov2-vits14.json"
};
static const unsigned char file182[] = {
#embed "../../Profiles/models/vision/efficientnet_b0.json"
};
static const unsigned char file183[] = {
#embed "../../Profiles/models/vision/efficientnet_b1.json"
};
static const unsigned char file184[] = {
#embed "../../Profiles/models/vision/efficientnet_b2.json"
};
static const unsigned char file185[] = {
#embed "../../Profiles/models/vision/efficientnet_b3.json"
};
static const unsigned char file186[] = {
#embed "../../Profiles/models/vision/efficientnet_b4.json"
};
static const unsigned char file187[] = {
#embed "../../Profiles/models/vision/efficientnet_b5.json"
};
static const unsigned char file188[] = {
#embed "../../Profiles/models/vision/efficientnet_b6.json"
};
static const unsigned char file189[] = {
#embed "../../Profiles/models/vision/efficientnet_b7.json"
};
static const unsigned char file190[] = {
#embed "../../Profiles/models/vision/ghesu-resnet50w2.json"
};
static const unsigned char file191[] = {
#embed "../../Profiles/models/vision/gigapath-tile.json"
};
static const unsigned char file192[] = {
#embed "../../Profiles/models/vision/gvsl-unet.json"
};
static const unsigned char file193[] = {
#embed "../../Profiles/models/vision/lvm-med-resnet50.json"
};
static const unsigned char file194[] = {
#embed "../../Profiles/models/vision/med3d-resnet10.json"
};
static const unsigned char file195[] = {
#embed "../../Profiles/models/vision/med3d-resnet101.json"
};
static const unsigned char file196[] = {
#embed "../../Profiles/models/vision/med3d-resnet152.json"
};
static const unsigned char file197[] = {
#embed "../../Profiles/models/vision/med3d-resnet18.json"
};
static const unsigned char file198[] = {
#embed "../../Profiles/models/vision/med3d-resnet200.json"
};
static const unsigned char file199[] = {
#embed "../../Profiles/models/vision/med3d-resnet34.json"
};
static const unsigned char file200[] = {
#embed "../../Profiles/models/vision/med3d-resnet50.json"
};
static const unsigned char file201[] = {
#embed "../../Profiles/models/vision/medsam-vit-b.json"
};
static const unsigned char file202[] = {
#embed "../../Profiles/models/vision/mis-fm-pctnet.json"
};
static const unsigned char file203[] = {
#embed "../../Profiles/models/vision/moco-cxr-densenet121.json"
};
static const unsigned char file204[] = {
#embed "../../Profiles/models/vision/moco-cxr-resnet18.json"
};
static const unsigned char file205[] = {
#embed "../../Profiles/models/vision/models-genesis-unet3d.json"
};
static const unsigned char file206[] = {
#embed "../../Profiles/models/vision/nnunet-2d.json"
};
static const unsigned char file207[] = {
#embed "../../Profiles/models/vision/nnunet-3d-fullres.json"
};
static const unsigned char file208[] = {
#embed "../../Profiles/models/vision/nnunet-resenc-l.json"
};
static const unsigned char file209[] = {
#embed "../../Profiles/models/vision/nnunet-resenc-m.json"
};
static const unsigned char file210[] = {
#embed "../../Profiles/models/vision/nnunet-resenc-xl.json"
};
static const unsigned char file211[] = {
#embed "../../Profiles/models/vision/r3d18.json"
};
static const unsigned char file212[] = {
#embed "../../Profiles/models/vision/resnet101.json"
};
static const unsigned char file213[] = {
#embed "../../Profiles/models/vision/resnet152.json"
};
static const unsigned char file214[] = {
#embed "../../Profiles/models/vision/resnet18.json"
};
static const unsigned char file215[] = {
#embed "../../Profiles/models/vision/resnet34.json"
};
static const unsigned char file216[] = {
#embed "../../Profiles/models/vision/resnet50.json"
};
static const unsigned char file217[] = {
#embed "../../Profiles/models/vision/resnext101_32x8d.json"
};
static const unsigned char file218[] = {
#embed "../../Profiles/models/vision/resnext101_64x4d.json"
};
static const unsigned char file219[] = {
#embed "../../Profiles/models/vision/resnext50_32x4d.json"
};
static const unsigned char file220[] = {
#embed "../../Profiles/models/vision/retfound.json"
};
static const unsigned char file221[] = {
#embed "../../Profiles/models/vision/rudolfv.json"
};
static const unsigned char file222[] = {
#embed "../../Profiles/models/vision/sam-mask-decoder.json"
};
static const unsigned char file223[] = {
#embed "../../Profiles/models/vision/sam-vit_b-image-encoder.json"
};
static const unsigned char file224[] = {
#embed "../../Profiles/models/vision/sam-vit_b.json"
};
static const unsigned char file225[] = {
#embed "../../Profiles/models/vision/sam-vit_h-image-encoder.json"
};
static const unsigned char file226[] = {
#embed "../../Profiles/models/vision/sam-vit_h.json"
};
static const unsigned char file227[] = {
#embed "../../Profiles/models/vision/sam-vit_l-image-encoder.json"
};
static const unsigned char file228[] = {
#embed "../../Profiles/models/vision/sam-vit_l.json"
};
static const unsigned char file229[] = {
#embed "../../Profiles/models/vision/segresnet-brats.json"
};
static const unsigned char file230[] = {
#embed "../../Profiles/models/vision/segresnet.json"
};
static const unsigned char file231[] = {
#embed "../../Profiles/models/vision/stunet-b.json"
};
static const unsigned char file232[] = {
#embed "../../Profiles/models/vision/stunet-h.json"
};
static const unsigned char file233[] = {
#embed "../../Profiles/models/vision/stunet-l.json"
};
static const unsigned char file234[] = {
#embed "../../Profiles/models/vision/stunet-s.json"
};
static const unsigned char file235[] = {
#embed "../../Profiles/models/vision/swin_base_patch4_window7_224.json"
};
static const unsigned char file236[] = {
#embed "../../Profiles/models/vision/swin_large_patch4_window7_224.json"
};
static const unsigned char file237[] = {
#embed "../../Profiles/models/vision/swin_small_patch4_window7_224.json"
};
static const unsigned char file238[] = {
#embed "../../Profiles/models/vision/swin_tiny_patch4_window7_224.json"
};
static const unsigned char file239[] = {
#embed "../../Profiles/models/vision/swinunetr-24.json"
};
static const unsigned char file240[] = {
#embed "../../Profiles/models/vision/swinunetr-48.json"
};
static const unsigned char file241[] = {
#embed "../../Profiles/models/vision/swinunetr-v2-48.json"
};
static const unsigned char file242[] = {
#embed "../../Profiles/models/vision/transvw-unet3d.json"
};
static const unsigned char file243[] = {
#embed "../../Profiles/models/vision/unet-resnet18-smp.json"
};
static const unsigned char file244[] = {
#embed "../../Profiles/models/vision/unet-resnet34-smp.json"
};
static const unsigned char file245[] = {
#embed "../../Profiles/models/vision/unet-resnet50-smp.json"
};
static const unsigned char file246[] = {
#embed "../../Profiles/models/vision/unet2d-basic.json"
};
static const unsigned char file247[] = {
#embed "../../Profiles/models/vision/uni.json"
};
static const unsigned char file248[] = {
#embed "../../Profiles/models/vision/uni2-h.json"
};
static const unsigned char file249[] = {
#embed "../../Profiles/models/vision/universeg.json"
};
static const unsigned char file250[] = {
#embed "../../Profiles/models/vision/virchow.json"
};
static const unsigned char file251[] = {
#embed "../../Profiles/models/vision/virchow2.json"
};
static const unsigned char file252[] = {
#embed "../../Profiles/models/vision/visionfm.json"
};
static const unsigned char file253[] = {
#embed "../../Profiles/models/vision/vit-b-16.json"
};
static const unsigned char file254[] = {
#embed "../../Profiles/models/vision/vit-h-14.json"
};
static const unsigned char file255[] = {
#embed "../../Profiles/models/vision/vit-l-16.json"
};
static const unsigned char file256[] = {
#embed "../../Profiles/models/vision/vit-s-16.json"
};
static const unsigned char file257[] = {
#embed "../../Profiles/models/vision/wide_resnet101_2.json"
};
static const unsigned char file258[] = {
#embed "../../Profiles/models/vision/wide_resnet50_2.json"
};
static const unsigned char file259[] = {
#embed "../../Profiles/models/vision/yolov8l.json"
};
static const unsigned char file260[] = {
#embed "../../Profiles/models/vision/yolov8m.json"
};
static const unsigned char file261[] = {
#embed "../../Profiles/models/vision/yolov8n.json"
};
static const unsigned char file262[] = {
#embed "../../Profiles/models/vision/yolov8s.json"
};
static const unsigned char file263[] = {
#embed "../../Profiles/models/vision/yolov8x.json"
};
static const unsigned char file264[] = {
#embed "../../Profiles/survey.json"
};

const CProfilesFile CProfilesFiles[] = {
    {"clusters/a100-80gb.json", file0, sizeof file0},
    {"clusters/dgx-a100-40gb.json", file1, sizeof file1},
    {"clusters/dgx-a100-80gb.json", file2, sizeof file2},
    {"clusters/dgx-b200.json", file3, sizeof file3},
    {"clusters/dgx-h100-superpod.json", file4, sizeof file4},
    {"clusters/dgx-h100.json", file5, sizeof file5},
    {"clusters/dgx-h200.json", file6, sizeof file6},
    {"clusters/dgx1-v100-32gb.json", file7, sizeof file7},
    {"clusters/h100-80gb.json", file8, sizeof file8},
    {"clusters/hospital-2x8-a100-40gb.json", file9, sizeof file9},
    {"clusters/hospital-4x4-l40s.json", file10, sizeof file10},
    {"clusters/selene-a100.json", file11, sizeof file11},
    {"clusters/server-4x-t4.json", file12, sizeof file12},
    {"clusters/workstation-2x-rtx-3090.json", file13, sizeof file13},
    {"datasets/bioinformatics.json", file14, sizeof file14},
    {"datasets/comprehensive.json", file15, sizeof file15},
    {"datasets/language.json", file16, sizeof file16},
    {"datasets/multimodal.json", file17, sizeof file17},
    {"datasets/vision.json", file18, sizeof file18},
    {"devices/a10.json", file19, sizeof file19},
    {"devices/a100-40gb-pcie.json", file20, sizeof file20},
    {"devices/a100-40gb-sxm.json", file21, sizeof file21},
    {"devices/a100-80gb-pcie.json", file22, sizeof file22},
    {"devices/a100-80gb-sxm.json", file23, sizeof file23},
    {"devices/a40.json", file24, sizeof file24},
    {"devices/b200.json", file25, sizeof file25},
    {"devices/epyc-7763-dual.json", file26, sizeof file26},
    {"devices/h100-80gb-pcie.json", file27, sizeof file27},
    {"devices/h100-80gb-sxm.json", file28, sizeof file28},
    {"devices/h200.json", file29, sizeof file29},
    {"devices/l4.json", file30, sizeof file30},
    {"devices/l40s.json", file31, sizeof file31},
    {"devices/mi210.json", file32, sizeof file32},
    {"devices/mi300x.json", file33, sizeof file33},
    {"devices/rtx-3090.json", file34, sizeof file34},
    {"devices/rtx-4090.json", file35, sizeof file35},
    {"devices/rtx-a6000.json", file36, sizeof file36},
    {"devices/t4.json", file37, sizeof file37},
    {"devices/v100-16gb.json", file38, sizeof file38},
    {"devices/v100-32gb.json", file39, sizeof file39},
    {"models/bioinformatics/3utrbert.json", file40, sizeof file40},
    {"models/bioinformatics/codonbert.json", file41, sizeof file41},
    {"models/bioinformatics/dnabert-3.json", file42, sizeof file42},
    {"models/bioinformatics/dnabert-4.json", file43, sizeof file43},
    {"models/bioinformatics/dnabert-5.json", file44, sizeof file44},
    {"models/bioinformatics/dnabert-6.json", file45, sizeof file45},
    {"models/bioinformatics/dnagpt-0.1b.json", file46, sizeof file46},
    {"models/bioinformatics/esm-1b.json", file47, sizeof file47},
    {"models/bioinformatics/esm2-150m.json", file48, sizeof file48},
    {"models/bioinformatics/esm2-15b.json", file49, sizeof file49},
    {"models/bioinformatics/esm2-35m.json", file50, sizeof file50},
    {"models/bioinformatics/esm2-3b.json", file51, sizeof file51},
    {"models/bioinformatics/esm2-650m.json", file52, sizeof file52},
    {"models/bioinformatics/esm2-8m.json", file53, sizeof file53},
    {"models/bioinformatics/gena-lm-base.json", file54, sizeof file54},
    {"models/bioinformatics/geneformer-12l.json", file55, sizeof file55},
    {"models/bioinformatics/geneformer.json", file56, sizeof file56},
    {"models/bioinformatics/genept.json", file57, sizeof file57},
    {"models/bioinformatics/nucleotide-transformer-2.5b.json", file58, sizeof file58},
    {"models/bioinformatics/nucleotide-transformer-500m.json", file59, sizeof file59},
    {"models/bioinformatics/protbert.json", file60, sizeof file60},
    {"models/bioinformatics/rna-fm.json", file61, sizeof file61},
    {"models/bioinformatics/rnabert.json", file62, sizeof file62},
    {"models/bioinformatics/scelmo.json", file63, sizeof file63},
    {"models/bioinformatics/splicebert.json", file64, sizeof file64},
    {"models/bioinformatics/utr-lm.json", file65, sizeof file65},
    {"models/language/albert-base.json", file66, sizeof file66},
    {"models/language/albert-large.json", file67, sizeof file67},
    {"models/language/albert-xlarge.json", file68, sizeof file68},
    {"models/language/albert-xxlarge.json", file69, sizeof file69},
    {"models/language/alpacare-13b.json", file70, sizeof file70},
    {"models/language/alpacare-7b.json", file71, sizeof file71},
    {"models/language/alpacare-llama2-13b.json", file72, sizeof file72},
    {"models/language/alpacare-llama2-7b.json", file73, sizeof file73},
    {"models/language/alphabert.json", file74, sizeof file74},
    {"models/language/antplm-med-10b.json", file75, sizeof file75},
    {"models/language/baichuan-13b.json", file76, sizeof file76},
    {"models/language/baichuan-7b.json", file77, sizeof file77},
    {"models/language/baichuan2-13b.json", file78, sizeof file78},
    {"models/language/baichuan2-7b.json", file79, sizeof file79},
    {"models/language/bart-base.json", file80, sizeof file80},
    {"models/language/bart-large.json", file81, sizeof file81},
    {"models/language/behrt.json", file82, sizeof file82},
    {"models/language/bentsao.json", file83, sizeof file83},
    {"models/language/bert-base.json", file84, sizeof file84},
    {"models/language/bert-large.json", file85, sizeof file85},
    {"models/language/bianque-1.json", file86, sizeof file86},
    {"models/language/bianque-2.json", file87, sizeof file87},
    {"models/language/bimedix.json", file88, sizeof file88},
    {"models/language/biobart-base.json", file89, sizeof file89},
    {"models/language/biobart-large.json", file90, sizeof file90},
    {"models/language/biobart-v2-base.json", file91, sizeof file91},
    {"models/language/biobart-v2-large.json", file92, sizeof file92},
    {"models/language/biobert.json", file93, sizeof file93},
    {"models/language/biomedlm.json", file94, sizeof file94},
    {"models/language/biomistral-7b.json", file95, sizeof file95},
    {"models/language/bloom-176b.json", file96, sizeof file96},
    {"models/language/bloom-1b1.json", file97, sizeof file97},
    {"models/language/bloom-1b7.json", file98, sizeof file98},
    {"models/language/bloom-3b.json", file99, sizeof file99},
    {"models/language/bloom-560m.json", file100, sizeof file100},
    {"models/language/bloom-7b1.json", file101, sizeof file101},
    {"models/language/chatcad-plus.json", file102, sizeof file102},
    {"models/language/chatcad.json", file103, sizeof file103},
    {"models/language/chatdoctor.json", file104, sizeof file104},
    {"models/language/chatglm-6b.json", file105, sizeof file105},
    {"models/language/chatglm2-6b.json", file106, sizeof file106},
    {"models/language/chatglm3-6b.json", file107, sizeof file107},
    {"models/language/chatgpt.json", file108, sizeof file108},
    {"models/language/clinical-decision-transformer.json", file109, sizeof file109},
    {"models/language/clinicalbert.json", file110, sizeof file110},
    {"models/language/clinicalgpt.json", file111, sizeof file111},
    {"models/language/deid-gpt.json", file112, sizeof file112},
    {"models/language/doctorglm.json", file113, sizeof file113},
    {"models/language/dr-knows.json", file114, sizeof file114},
    {"models/language/falcon-40b.json", file115, sizeof file115},
    {"models/language/falcon-7b.json", file116, sizeof file116},
    {"models/language/flan-t5-base.json", file117, sizeof file117},
    {"models/language/flan-t5-large.json", file118, sizeof file118},
    {"models/language/flan-t5-small.json", file119, sizeof file119},
    {"models/language/flan-t5-xl.json", file120, sizeof file120},
    {"models/language/flan-t5-xxl.json", file121, sizeof file121},
    {"models/language/gatortron-base-345m.json", file122, sizeof file122},
    {"models/language/gatortron-large-8.9b.json", file123, sizeof file123},
    {"models/language/gatortron-medium-3.9b.json", file124, sizeof file124},
    {"models/language/gatortrongpt-20b.json", file125, sizeof file125},
    {"models/language/gatortrongpt-5b.json", file126, sizeof file126},
    {"models/language/gemma-2b.json", file127, sizeof file127},
    {"models/language/gemma-7b.json", file128, sizeof file128},
    {"models/language/gemma2-27b.json", file129, sizeof file129},
    {"models/language/gemma2-2b.json", file130, sizeof file130},
    {"models/language/gemma2-9b.json", file131, sizeof file131},
    {"models/language/glm-10b.json", file132, sizeof file132},
    {"models/language/glm-130b.json", file133, sizeof file133},
    {"models/language/gpt-4.json", file134, sizeof file134},
    {"models/language/gpt-doctor.json", file135, sizeof file135},
    {"models/language/gpt-j-6b.json", file136, sizeof file136},
    {"models/language/gpt-neox-20b.json", file137, sizeof file137},
    {"models/language/gpt2-large.json", file138, sizeof file138},
    {"models/language/gpt2-medium.json", file139, sizeof file139},
    {"models/language/gpt2-xl.json", file140, sizeof file140},
    {"models/language/gpt2.json", file141, sizeof file141},
    {"models/language/healthprompt.json", file142, sizeof file142},
    {"models/language/huatuogpt-13b.json", file143, sizeof file143},
    {"models/language/huatuogpt-7b.json", file144, sizeof file144},
    {"models/language/huatuogpt2-13b.json", file145, sizeof file145},
    {"models/language/huatuogpt2-34b.json", file146, sizeof file146},
    {"models/language/huatuogpt2-7b.json", file147, sizeof file147},
    {"models/language/jmlr-13b.json", file148, sizeof file148},
    {"models/language/jmlr-7b.json", file149, sizeof file149},
    {"models/language/llama-13b.json", file150, sizeof file150},
    {"models/language/llama-33b.json", file151, sizeof file151},
    {"models/language/llama-65b.json", file152, sizeof file152},
    {"models/language/llama-7b.json", file153, sizeof file153},
    {"models/language/llama2-13b.json", file154, sizeof file154},
    {"models/language/llama2-70b.json", file155, sizeof file155},
    {"models/language/llama2-7b.json", file156, sizeof file156},
    {"models/language/llama3-70b.json", file157, sizeof file157},
    {"models/language/llama3-8b.json", file158, sizeof file158},
    {"models/language/llama3.1-405b.json", file159, sizeof file159},
    {"models/language/llama3.1-70b.json", file160, sizeof file160},
    {"models/language/llama3.1-8b.json", file161, sizeof file161},
    {"models/language/llama3.2-1b.json", file162, sizeof file162},
    {"models/language/llama3.2-3b.json", file163, sizeof file163},
    {"models/language/me-llama-13b.json", file164, sizeof file164},
    {"models/language/me-llama-70b.json", file165, sizeof file165},
    {"models/language/med-palm-2.json", file166, sizeof file166},
    {"models/language/med-palm.json", file167, sizeof file167},
    {"models/language/medagents-flan-palm.json", file168, sizeof file168},
    {"models/language/medalpaca-13b.json", file169, sizeof file169},
    {"models/language/medalpaca-30b.json", file170, sizeof file170},
    {"models/language/medalpaca-7b.json", file171, sizeof file171},
    {"models/language/medcpt-query.json", file172, sizeof file172},
    {"models/language/medcpt-reranker.json", file173, sizeof file173},
    {"models/language/medcpt.json", file174, sizeof file174},
    {"models/language/meditron-70b.json", file175, sizeof file175},
    {"models/language/meditron-7b.json", file176, sizeof file176},
    {"models/language/medprompt.json", file177, sizeof file177},
    {"models/language/medroberta-nl.json", file178, sizeof file178},
    {"models/language/megatron-gpt-1.3b.json", file179, sizeof file179},
    {"models/language/mistral-7b.json", file180, sizeof file180},
    {"models/language/mixtral-8x22b.json", file181, sizeof file181},
    {"models/language/mixtral-8x7b.json", file182, sizeof file182},
    {"models/language/napss.json", file183, sizeof file183},
    {"models/language/oncogpt-7b.json", file184, sizeof file184},
    {"models/language/open-llama-3b.json", file185, sizeof file185},
    {"models/language/ophglm.json", file186, sizeof file186},
    {"models/language/opt-1.3b.json", file187, sizeof file187},
    {"models/language/opt-125m.json", file188, sizeof file188},
    {"models/language/opt-13b.json", file189, sizeof file189},
    {"models/language/opt-175b.json", file190, sizeof file190},
    {"models/language/opt-2.7b.json", file191, sizeof file191},
    {"models/language/opt-30b.json", file192, sizeof file192},
    {"models/language/opt-6.7b.json", file193, sizeof file193},
    {"models/language/opt-66b.json", file194, sizeof file194},
    {"models/language/palm-540b.json", file195, sizeof file195},
    {"models/language/palm-62b.json", file196, sizeof file196},
    {"models/language/palm-8b.json", file197, sizeof file197},
    {"models/language/pbp.json", file198, sizeof file198},
    {"models/language/phi-1.5.json", file199, sizeof file199},
    {"models/language/phi-2.json", file200, sizeof file200},
    {"models/language/phi-3-mini.json", file201, sizeof file201},
    {"models/language/pmc-llama-13b.json", file202, sizeof file202},
    {"models/language/pmc-llama-7b.json", file203, sizeof file203},
    {"models/language/pubmedbert.json", file204, sizeof file204},
    {"models/language/qilin-med-13b.json", file205, sizeof file205},
    {"models/language/qilin-med.json", file206, sizeof file206},
    {"models/language/qwen-1.8b.json", file207, sizeof file207},
    {"models/language/qwen-14b.json", file208, sizeof file208},
    {"models/language/qwen-72b.json", file209, sizeof file209},
    {"models/language/qwen-7b.json", file210, sizeof file210},
    {"models/language/qwen2-0.5b.json", file211, sizeof file211},
    {"models/language/qwen2-1.5b.json", file212, sizeof file212},
    {"models/language/qwen2-72b.json", file213, sizeof file213},
    {"models/language/qwen2-7b.json", file214, sizeof file214},
    {"models/language/roberta-base.json", file215, sizeof file215},
    {"models/language/roberta-large.json", file216, sizeof file216},
    {"models/language/scibert.json", file217, sizeof file217},
    {"models/language/spt.json", file218, sizeof file218},
    {"models/language/t5-11b.json", file219, sizeof file219},
    {"models/language/t5-3b.json", file220, sizeof file220},
    {"models/language/t5-base.json", file221, sizeof file221},
    {"models/language/t5-large.json", file222, sizeof file222},
    {"models/language/t5-small.json", file223, sizeof file223},
    {"models/language/taiyi-7b.json", file224, sizeof file224},
    {"models/language/text-embedding-ada-002.json", file225, sizeof file225},
    {"models/language/visual-med-alpaca.json", file226, sizeof file226},
    {"models/language/yi-34b.json", file227, sizeof file227},
    {"models/language/zhongjing-13b.json", file228, sizeof file228},
    {"models/language/ziya-llama-13b.json", file229, sizeof file229},
    {"models/multimodal/biomedclip.json", file230, sizeof file230},
    {"models/multimodal/blip2-opt-2.7b.json", file231, sizeof file231},
    {"models/multimodal/chexzero.json", file232, sizeof file232},
    {"models/multimodal/clip-rn50.json", file233, sizeof file233},
    {"models/multimodal/clip-vit-b-16.json", file234, sizeof file234},
    {"models/multimodal/clip-vit-b-32.json", file235, sizeof file235},
    {"models/multimodal/clip-vit-l-14-336.json", file236, sizeof file236},
    {"models/multimodal/clip-vit-l-14.json", file237, sizeof file237},
    {"models/multimodal/conch-vit-b16.json", file238, sizeof file238},
    {"models/multimodal/etp-ecg-resnet18.json", file239, sizeof file239},
    {"models/multimodal/llava-1.5-13b-stage1.json", file240, sizeof file240},
    {"models/multimodal/llava-1.5-13b-stage2.json", file241, sizeof file241},
    {"models/multimodal/llava-1.5-13b.json", file242, sizeof file242},
    {"models/multimodal/llava-1.5-7b-stage1.json", file243, sizeof file243},
    {"models/multimodal/llava-1.5-7b-stage2.json", file244, sizeof file244},
    {"models/multimodal/llava-1.5-7b.json", file245, sizeof file245},
    {"models/multimodal/llava-med-7b-224-stage1.json", file246, sizeof file246},
    {"models/multimodal/llava-med-7b-224-stage2.json", file247, sizeof file247},
    {"models/multimodal/llava-med-7b-224.json", file248, sizeof file248},
    {"models/multimodal/medclip-swin.json", file249, sizeof file249},
    {"models/multimodal/open-coca_vit-l-14.json", file250, sizeof file250},
    {"models/multimodal/open-flamingo-9b.json", file251, sizeof file251},
    {"models/multimodal/plip.json", file252, sizeof file252},
    {"models/multimodal/pubmedclip.json", file253, sizeof file253},
    {"models/multimodal/quiltnet.json", file254, sizeof file254},
    {"models/multimodal/radfm-14b.json", file255, sizeof file255},
    {"models/multimodal/radfm-vision.json", file256, sizeof file256},
    {"models/multimodal/vit-bert-dual.json", file257, sizeof file257},
    {"models/vision/c2l-densenet121.json", file258, sizeof file258},
    {"models/vision/c2l-resnet18.json", file259, sizeof file259},
    {"models/vision/campanella-vit-s.json", file260, sizeof file260},
    {"models/vision/ciga-resnet18.json", file261, sizeof file261},
    {"models/vision/clip-rn101-visual.json", file262, sizeof file262},
    {"models/vision/clip-rn50-visual.json", file263, sizeof file263},
    {"models/vision/clip-rn50x4-visual.json", file264, sizeof file264},
    {"models/vision/ctranspath.json", file265, sizeof file265},
    {"models/vision/densenet121-3d.json", file266, sizeof file266},
    {"models/vision/densenet121.json", file267, sizeof file267},
    {"models/vision/densenet161.json", file268, sizeof file268},
    {"models/vision/densenet169.json", file269, sizeof file269},
    {"models/vision/densenet201.json", file270, sizeof file270},
    {"models/vision/dinov2-vitb14.json", file271, sizeof file271},
    {"models/vision/dinov2-vitg14.json", file272, sizeof file272},
    {"models/vision/dinov2-vitl14.json", file273, sizeof file273},
    {"models/vision/dinov2-vits14.json", file274, sizeof file274},
    {"models/vision/efficientnet_b0.json", file275, sizeof file275},
    {"models/vision/efficientnet_b1.json", file276, sizeof file276},
    {"models/vision/efficientnet_b2.json", file277, sizeof file277},
    {"models/vision/efficientnet_b3.json", file278, sizeof file278},
    {"models/vision/efficientnet_b4.json", file279, sizeof file279},
    {"models/vision/efficientnet_b5.json", file280, sizeof file280},
    {"models/vision/efficientnet_b6.json", file281, sizeof file281},
    {"models/vision/efficientnet_b7.json", file282, sizeof file282},
    {"models/vision/ghesu-resnet50w2.json", file283, sizeof file283},
    {"models/vision/gigapath-tile.json", file284, sizeof file284},
    {"models/vision/lvm-med-resnet50.json", file285, sizeof file285},
    {"models/vision/med3d-resnet10.json", file286, sizeof file286},
    {"models/vision/med3d-resnet101.json", file287, sizeof file287},
    {"models/vision/med3d-resnet152.json", file288, sizeof file288},
    {"models/vision/med3d-resnet18.json", file289, sizeof file289},
    {"models/vision/med3d-resnet200.json", file290, sizeof file290},
    {"models/vision/med3d-resnet34.json", file291, sizeof file291},
    {"models/vision/med3d-resnet50.json", file292, sizeof file292},
    {"models/vision/medsam-vit-b.json", file293, sizeof file293},
    {"models/vision/moco-cxr-densenet121.json", file294, sizeof file294},
    {"models/vision/moco-cxr-resnet18.json", file295, sizeof file295},
    {"models/vision/r3d18.json", file296, sizeof file296},
    {"models/vision/resnet101.json", file297, sizeof file297},
    {"models/vision/resnet152.json", file298, sizeof file298},
    {"models/vision/resnet18.json", file299, sizeof file299},
    {"models/vision/resnet34.json", file300, sizeof file300},
    {"models/vision/resnet50.json", file301, sizeof file301},
    {"models/vision/resnext101_32x8d.json", file302, sizeof file302},
    {"models/vision/resnext101_64x4d.json", file303, sizeof file303},
    {"models/vision/resnext50_32x4d.json", file304, sizeof file304},
    {"models/vision/retfound.json", file305, sizeof file305},
    {"models/vision/rudolfv.json", file306, sizeof file306},
    {"models/vision/sam-mask-decoder.json", file307, sizeof file307},
    {"models/vision/sam-vit_b-image-encoder.json", file308, sizeof file308},
    {"models/vision/sam-vit_b.json", file309, sizeof file309},
    {"models/vision/sam-vit_h-image-encoder.json", file310, sizeof file310},
    {"models/vision/sam-vit_h.json", file311, sizeof file311},
    {"models/vision/sam-vit_l-image-encoder.json", file312, sizeof file312},
    {"models/vision/sam-vit_l.json", file313, sizeof file313},
    {"models/vision/swin_base_patch4_window7_224.json", file314, sizeof file314},
    {"models/vision/swin_large_patch4_window7_224.json", file315, sizeof file315},
    {"models/vision/swin_small_patch4_window7_224.json", file316, sizeof file316},
    {"models/vision/swin_tiny_patch4_window7_224.json", file317, sizeof file317},
    {"models/vision/swinunetr-24.json", file318, sizeof file318},
    {"models/vision/swinunetr-48.json", file319, sizeof file319},
    {"models/vision/swinunetr-v2-48.json", file320, sizeof file320},
    {"models/vision/uni.json", file321, sizeof file321},
    {"models/vision/uni2-h.json", file322, sizeof file322},
    {"models/vision/virchow.json", file323, sizeof file323},
    {"models/vision/virchow2.json", file324, sizeof file324},
    {"models/vision/visionfm.json", file325, sizeof file325},
    {"models/vision/vit-b-16.json", file326, sizeof file326},
    {"models/vision/vit-h-14.json", file327, sizeof file327},
    {"models/vision/vit-l-16.json", file328, sizeof file328},
    {"models/vision/vit-s-16.json", file329, sizeof file329},
    {"models/vision/wide_resnet101_2.json", file330, sizeof file330},
    {"models/vision/wide_resnet50_2.json", file331, sizeof file331},
    {"survey.json", file332, sizeof file332},
    {0, 0, 0},
};
const long CProfilesCount = 333;
    {"models/bioinformatics/celllm.json", file41, sizeof file41},
    {"models/bioinformatics/codonbert.json", file42, sizeof file42},
    {"models/bioinformatics/dnabert-3.json", file43, sizeof file43},
    {"models/bioinformatics/dnabert-4.json", file44, sizeof file44},
    {"models/bioinformatics/dnabert-5.json", file45, sizeof file45},
    {"models/bioinformatics/dnabert-6.json", file46, sizeof file46},
    {"models/bioinformatics/dnagpt-0.1b.json", file47, sizeof file47},
    {"models/bioinformatics/esm-1b.json", file48, sizeof file48},
    {"models/bioinformatics/esm2-150m.json", file49, sizeof file49},
    {"models/bioinformatics/esm2-15b.json", file50, sizeof file50},
    {"models/bioinformatics/esm2-35m.json", file51, sizeof file51},
    {"models/bioinformatics/esm2-3b.json", file52, sizeof file52},
    {"models/bioinformatics/esm2-650m.json", file53, sizeof file53},
    {"models/bioinformatics/esm2-8m.json", file54, sizeof file54},
    {"models/bioinformatics/gena-lm-base.json", file55, sizeof file55},
    {"models/bioinformatics/geneformer-12l.json", file56, sizeof file56},
    {"models/bioinformatics/geneformer.json", file57, sizeof file57},
    {"models/bioinformatics/genept.json", file58, sizeof file58},
    {"models/bioinformatics/hyenadna-large-1m.json", file59, sizeof file59},
    {"models/bioinformatics/hyenadna-medium-160k.json", file60, sizeof file60},
    {"models/bioinformatics/hyenadna-medium-450k.json", file61, sizeof file61},
    {"models/bioinformatics/hyenadna-small-32k.json", file62, sizeof file62},
    {"models/bioinformatics/hyenadna-tiny-1k-d256.json", file63, sizeof file63},
    {"models/bioinformatics/hyenadna-tiny-1k.json", file64, sizeof file64},
    {"models/bioinformatics/msa-transformer.json", file65, sizeof file65},
    {"models/bioinformatics/nucleotide-transformer-2.5b.json", file66, sizeof file66},
    {"models/bioinformatics/nucleotide-transformer-500m.json", file67, sizeof file67},
    {"models/bioinformatics/protbert.json", file68, sizeof file68},
    {"models/bioinformatics/rna-fm.json", file69, sizeof file69},
    {"models/bioinformatics/rna-msm.json", file70, sizeof file70},
    {"models/bioinformatics/rnabert.json", file71, sizeof file71},
    {"models/bioinformatics/scbert.json", file72, sizeof file72},
    {"models/bioinformatics/scelmo.json", file73, sizeof file73},
    {"models/bioinformatics/scfoundation-100m.json", file74, sizeof file74},
    {"models/bioinformatics/scgpt.json", file75, sizeof file75},
    {"models/bioinformatics/splicebert.json", file76, sizeof file76},
    {"models/bioinformatics/uce-33l.json", file77, sizeof file77},
    {"models/bioinformatics/uce-4l.json", file78, sizeof file78},
    {"models/bioinformatics/utr-lm.json", file79, sizeof file79},
    {"models/language/alpacare-13b.json", file80, sizeof file80},
    {"models/language/alphabert.json", file81, sizeof file81},
    {"models/language/baichuan-7b.json", file82, sizeof file82},
    {"models/language/baichuan2-7b.json", file83, sizeof file83},
    {"models/language/bentsao.json", file84, sizeof file84},
    {"models/language/bert-base.json", file85, sizeof file85},
    {"models/language/bert-large.json", file86, sizeof file86},
    {"models/language/biobert.json", file87, sizeof file87},
    {"models/language/biomedlm.json", file88, sizeof file88},
    {"models/language/biomistral-7b.json", file89, sizeof file89},
    {"models/language/chatcad-plus.json", file90, sizeof file90},
    {"models/language/chatcad.json", file91, sizeof file91},
    {"models/language/chatdoctor.json", file92, sizeof file92},
    {"models/language/chatgpt.json", file93, sizeof file93},
    {"models/language/clinicalbert.json", file94, sizeof file94},
    {"models/language/deid-gpt.json", file95, sizeof file95},
    {"models/language/dr-knows.json", file96, sizeof file96},
    {"models/language/gatortron-base-345m.json", file97, sizeof file97},
    {"models/language/gatortron-large-8.9b.json", file98, sizeof file98},
    {"models/language/gatortron-medium-3.9b.json", file99, sizeof file99},
    {"models/language/gatortrongpt-20b.json", file100, sizeof file100},
    {"models/language/gatortrongpt-5b.json", file101, sizeof file101},
    {"models/language/gpt-4.json", file102, sizeof file102},
    {"models/language/gpt2-large.json", file103, sizeof file103},
    {"models/language/gpt2-medium.json", file104, sizeof file104},
    {"models/language/gpt2-xl.json", file105, sizeof file105},
    {"models/language/gpt2.json", file106, sizeof file106},
    {"models/language/healthprompt.json", file107, sizeof file107},
    {"models/language/huatuogpt-7b.json", file108, sizeof file108},
    {"models/language/huatuogpt2-7b.json", file109, sizeof file109},
    {"models/language/jmlr-13b.json", file110, sizeof file110},
    {"models/language/llama-13b.json", file111, sizeof file111},
    {"models/language/llama-33b.json", file112, sizeof file112},
    {"models/language/llama-65b.json", file113, sizeof file113},
    {"models/language/llama-7b.json", file114, sizeof file114},
    {"models/language/llama2-13b.json", file115, sizeof file115},
    {"models/language/llama2-70b.json", file116, sizeof file116},
    {"models/language/llama2-7b.json", file117, sizeof file117},
    {"models/language/llama3-70b.json", file118, sizeof file118},
    {"models/language/llama3-8b.json", file119, sizeof file119},
    {"models/language/me-llama-13b.json", file120, sizeof file120},
    {"models/language/me-llama-70b.json", file121, sizeof file121},
    {"models/language/med-palm-2.json", file122, sizeof file122},
    {"models/language/medalpaca-13b.json", file123, sizeof file123},
    {"models/language/medalpaca-7b.json", file124, sizeof file124},
    {"models/language/medcpt.json", file125, sizeof file125},
    {"models/language/meditron-70b.json", file126, sizeof file126},
    {"models/language/meditron-7b.json", file127, sizeof file127},
    {"models/language/medprompt.json", file128, sizeof file128},
    {"models/language/medroberta-nl.json", file129, sizeof file129},
    {"models/language/megatron-gpt-1.3b.json", file130, sizeof file130},
    {"models/language/mistral-7b.json", file131, sizeof file131},
    {"models/language/oncogpt-7b.json", file132, sizeof file132},
    {"models/language/open-llama-3b.json", file133, sizeof file133},
    {"models/language/pmc-llama-13b.json", file134, sizeof file134},
    {"models/language/pmc-llama-7b.json", file135, sizeof file135},
    {"models/language/pubmedbert.json", file136, sizeof file136},
    {"models/language/qilin-med.json", file137, sizeof file137},
    {"models/language/qwen-7b.json", file138, sizeof file138},
    {"models/language/roberta-base.json", file139, sizeof file139},
    {"models/language/roberta-large.json", file140, sizeof file140},
    {"models/language/scibert.json", file141, sizeof file141},
    {"models/language/taiyi-7b.json", file142, sizeof file142},
    {"models/language/text-embedding-ada-002.json", file143, sizeof file143},
    {"models/language/visual-med-alpaca.json", file144, sizeof file144},
    {"models/language/zhongjing-13b.json", file145, sizeof file145},
    {"models/multimodal/biomedclip.json", file146, sizeof file146},
    {"models/multimodal/chexzero.json", file147, sizeof file147},
    {"models/multimodal/clip-vit-b-16.json", file148, sizeof file148},
    {"models/multimodal/clip-vit-b-32.json", file149, sizeof file149},
    {"models/multimodal/clip-vit-l-14-336.json", file150, sizeof file150},
    {"models/multimodal/clip-vit-l-14.json", file151, sizeof file151},
    {"models/multimodal/etp-ecg-resnet18.json", file152, sizeof file152},
    {"models/multimodal/plip.json", file153, sizeof file153},
    {"models/multimodal/pubmedclip.json", file154, sizeof file154},
    {"models/multimodal/quiltnet.json", file155, sizeof file155},
    {"models/multimodal/vit-bert-dual.json", file156, sizeof file156},
    {"models/vision/c2l-densenet121.json", file157, sizeof file157},
    {"models/vision/c2l-resnet18.json", file158, sizeof file158},
    {"models/vision/campanella-vit-s.json", file159, sizeof file159},
    {"models/vision/ciga-resnet18.json", file160, sizeof file160},
    {"models/vision/clip-rn101-visual.json", file161, sizeof file161},
    {"models/vision/clip-rn50-visual.json", file162, sizeof file162},
    {"models/vision/clip-rn50x4-visual.json", file163, sizeof file163},
    {"models/vision/ctranspath.json", file164, sizeof file164},
    {"models/vision/densenet121-3d.json", file165, sizeof file165},
    {"models/vision/densenet121.json", file166, sizeof file166},
    {"models/vision/densenet161.json", file167, sizeof file167},
    {"models/vision/densenet169.json", file168, sizeof file168},
    {"models/vision/densenet201.json", file169, sizeof file169},
    {"models/vision/dinov2-vitb14.json", file170, sizeof file170},
    {"models/vision/dinov2-vitg14.json", file171, sizeof file171},
    {"models/vision/dinov2-vitl14.json", file172, sizeof file172},
    {"models/vision/dinov2-vits14.json", file173, sizeof file173},
    {"models/vision/efficientnet_b0.json", file174, sizeof file174},
    {"models/vision/efficientnet_b1.json", file175, sizeof file175},
    {"models/vision/efficientnet_b2.json", file176, sizeof file176},
    {"models/vision/efficientnet_b3.json", file177, sizeof file177},
    {"models/vision/efficientnet_b4.json", file178, sizeof file178},
    {"models/vision/efficientnet_b5.json", file179, sizeof file179},
    {"models/vision/efficientnet_b6.json", file180, sizeof file180},
    {"models/vision/efficientnet_b7.json", file181, sizeof file181},
    {"models/vision/endo-fm-timesformer.json", file182, sizeof file182},
    {"models/vision/ghesu-resnet50w2.json", file183, sizeof file183},
    {"models/vision/gigapath-tile.json", file184, sizeof file184},
    {"models/vision/lvm-med-resnet50.json", file185, sizeof file185},
    {"models/vision/mae_vit_base_patch16_dec512d8b.json", file186, sizeof file186},
    {"models/vision/mae_vit_huge_patch14_dec512d8b.json", file187, sizeof file187},
    {"models/vision/mae_vit_large_patch16_dec512d8b.json", file188, sizeof file188},
    {"models/vision/med3d-resnet10.json", file189, sizeof file189},
    {"models/vision/med3d-resnet101.json", file190, sizeof file190},
    {"models/vision/med3d-resnet152.json", file191, sizeof file191},
    {"models/vision/med3d-resnet18.json", file192, sizeof file192},
    {"models/vision/med3d-resnet200.json", file193, sizeof file193},
    {"models/vision/med3d-resnet34.json", file194, sizeof file194},
    {"models/vision/med3d-resnet50.json", file195, sizeof file195},
    {"models/vision/medsam-vit-b.json", file196, sizeof file196},
    {"models/vision/moco-cxr-densenet121.json", file197, sizeof file197},
    {"models/vision/moco-cxr-resnet18.json", file198, sizeof file198},
    {"models/vision/r3d18.json", file199, sizeof file199},
    {"models/vision/resnet101.json", file200, sizeof file200},
    {"models/vision/resnet152.json", file201, sizeof file201},
    {"models/vision/resnet18.json", file202, sizeof file202},
    {"models/vision/resnet34.json", file203, sizeof file203},
    {"models/vision/resnet50.json", file204, sizeof file204},
    {"models/vision/resnext101_32x8d.json", file205, sizeof file205},
    {"models/vision/resnext101_64x4d.json", file206, sizeof file206},
    {"models/vision/resnext50_32x4d.json", file207, sizeof file207},
    {"models/vision/retfound.json", file208, sizeof file208},
    {"models/vision/rudolfv.json", file209, sizeof file209},
    {"models/vision/sam-mask-decoder.json", file210, sizeof file210},
    {"models/vision/sam-vit_b-image-encoder.json", file211, sizeof file211},
    {"models/vision/sam-vit_b.json", file212, sizeof file212},
    {"models/vision/sam-vit_h-image-encoder.json", file213, sizeof file213},
    {"models/vision/sam-vit_h.json", file214, sizeof file214},
    {"models/vision/sam-vit_l-image-encoder.json", file215, sizeof file215},
    {"models/vision/sam-vit_l.json", file216, sizeof file216},
    {"models/vision/segvol-image-encoder.json", file217, sizeof file217},
    {"models/vision/swin_base_patch4_window7_224.json", file218, sizeof file218},
    {"models/vision/swin_large_patch4_window7_224.json", file219, sizeof file219},
    {"models/vision/swin_small_patch4_window7_224.json", file220, sizeof file220},
    {"models/vision/swin_tiny_patch4_window7_224.json", file221, sizeof file221},
    {"models/vision/swinunetr-24.json", file222, sizeof file222},
    {"models/vision/swinunetr-48.json", file223, sizeof file223},
    {"models/vision/swinunetr-v2-48.json", file224, sizeof file224},
    {"models/vision/unetr-16.json", file225, sizeof file225},
    {"models/vision/uni.json", file226, sizeof file226},
    {"models/vision/uni2-h.json", file227, sizeof file227},
    {"models/vision/virchow.json", file228, sizeof file228},
    {"models/vision/virchow2.json", file229, sizeof file229},
    {"models/vision/visionfm.json", file230, sizeof file230},
    {"models/vision/vit-b-16.json", file231, sizeof file231},
    {"models/vision/vit-h-14.json", file232, sizeof file232},
    {"models/vision/vit-l-16.json", file233, sizeof file233},
    {"models/vision/vit-s-16.json", file234, sizeof file234},
    {"models/vision/wide_resnet101_2.json", file235, sizeof file235},
    {"models/vision/wide_resnet50_2.json", file236, sizeof file236},
    {"survey.json", file237, sizeof file237},
    {0, 0, 0},
};
const long CProfilesCount = 232;
    {"devices/a10.json", file14, sizeof file14},
    {"devices/a100-40gb-pcie.json", file15, sizeof file15},
    {"devices/a100-40gb-sxm.json", file16, sizeof file16},
    {"devices/a100-80gb-pcie.json", file17, sizeof file17},
    {"devices/a100-80gb-sxm.json", file18, sizeof file18},
    {"devices/a40.json", file19, sizeof file19},
    {"devices/b200.json", file20, sizeof file20},
    {"devices/epyc-7763-dual.json", file21, sizeof file21},
    {"devices/h100-80gb-pcie.json", file22, sizeof file22},
    {"devices/h100-80gb-sxm.json", file23, sizeof file23},
    {"devices/h200.json", file24, sizeof file24},
    {"devices/l4.json", file25, sizeof file25},
    {"devices/l40s.json", file26, sizeof file26},
    {"devices/mi210.json", file27, sizeof file27},
    {"devices/mi300x.json", file28, sizeof file28},
    {"devices/rtx-3090.json", file29, sizeof file29},
    {"devices/rtx-4090.json", file30, sizeof file30},
    {"devices/rtx-a6000.json", file31, sizeof file31},
    {"devices/t4.json", file32, sizeof file32},
    {"devices/v100-16gb.json", file33, sizeof file33},
    {"devices/v100-32gb.json", file34, sizeof file34},
    {"models/bioinformatics/3utrbert.json", file35, sizeof file35},
    {"models/bioinformatics/codonbert.json", file36, sizeof file36},
    {"models/bioinformatics/dnabert-3.json", file37, sizeof file37},
    {"models/bioinformatics/dnabert-4.json", file38, sizeof file38},
    {"models/bioinformatics/dnabert-5.json", file39, sizeof file39},
    {"models/bioinformatics/dnabert-6.json", file40, sizeof file40},
    {"models/bioinformatics/dnagpt-0.1b.json", file41, sizeof file41},
    {"models/bioinformatics/esm-1b.json", file42, sizeof file42},
    {"models/bioinformatics/esm2-150m.json", file43, sizeof file43},
    {"models/bioinformatics/esm2-15b.json", file44, sizeof file44},
    {"models/bioinformatics/esm2-35m.json", file45, sizeof file45},
    {"models/bioinformatics/esm2-3b.json", file46, sizeof file46},
    {"models/bioinformatics/esm2-650m.json", file47, sizeof file47},
    {"models/bioinformatics/esm2-8m.json", file48, sizeof file48},
    {"models/bioinformatics/gena-lm-base.json", file49, sizeof file49},
    {"models/bioinformatics/geneformer-12l.json", file50, sizeof file50},
    {"models/bioinformatics/geneformer.json", file51, sizeof file51},
    {"models/bioinformatics/nucleotide-transformer-2.5b.json", file52, sizeof file52},
    {"models/bioinformatics/nucleotide-transformer-500m.json", file53, sizeof file53},
    {"models/bioinformatics/protbert.json", file54, sizeof file54},
    {"models/bioinformatics/prott5-xl-encdec.json", file55, sizeof file55},
    {"models/bioinformatics/prott5-xl-encoder.json", file56, sizeof file56},
    {"models/bioinformatics/prott5-xxl-encdec.json", file57, sizeof file57},
    {"models/bioinformatics/prott5-xxl-encoder.json", file58, sizeof file58},
    {"models/bioinformatics/rna-fm.json", file59, sizeof file59},
    {"models/bioinformatics/rnabert.json", file60, sizeof file60},
    {"models/bioinformatics/splicebert.json", file61, sizeof file61},
    {"models/bioinformatics/utr-lm.json", file62, sizeof file62},
    {"models/language/albert-base.json", file63, sizeof file63},
    {"models/language/albert-large.json", file64, sizeof file64},
    {"models/language/albert-xlarge.json", file65, sizeof file65},
    {"models/language/albert-xxlarge.json", file66, sizeof file66},
    {"models/language/alpacare-13b.json", file67, sizeof file67},
    {"models/language/alpacare-7b.json", file68, sizeof file68},
    {"models/language/alpacare-llama2-13b.json", file69, sizeof file69},
    {"models/language/alpacare-llama2-7b.json", file70, sizeof file70},
    {"models/language/alphabert.json", file71, sizeof file71},
    {"models/language/antplm-med-10b.json", file72, sizeof file72},
    {"models/language/baichuan-13b.json", file73, sizeof file73},
    {"models/language/baichuan-7b.json", file74, sizeof file74},
    {"models/language/baichuan2-13b.json", file75, sizeof file75},
    {"models/language/baichuan2-7b.json", file76, sizeof file76},
    {"models/language/bart-base.json", file77, sizeof file77},
    {"models/language/bart-large.json", file78, sizeof file78},
    {"models/language/behrt.json", file79, sizeof file79},
    {"models/language/bentsao.json", file80, sizeof file80},
    {"models/language/bert-base.json", file81, sizeof file81},
    {"models/language/bert-large.json", file82, sizeof file82},
    {"models/language/bianque-1.json", file83, sizeof file83},
    {"models/language/bianque-2.json", file84, sizeof file84},
    {"models/language/bimedix.json", file85, sizeof file85},
    {"models/language/biobart-base.json", file86, sizeof file86},
    {"models/language/biobart-large.json", file87, sizeof file87},
    {"models/language/biobart-v2-base.json", file88, sizeof file88},
    {"models/language/biobart-v2-large.json", file89, sizeof file89},
    {"models/language/biobert.json", file90, sizeof file90},
    {"models/language/biomedlm.json", file91, sizeof file91},
    {"models/language/biomistral-7b.json", file92, sizeof file92},
    {"models/language/bloom-176b.json", file93, sizeof file93},
    {"models/language/bloom-1b1.json", file94, sizeof file94},
    {"models/language/bloom-1b7.json", file95, sizeof file95},
    {"models/language/bloom-3b.json", file96, sizeof file96},
    {"models/language/bloom-560m.json", file97, sizeof file97},
    {"models/language/bloom-7b1.json", file98, sizeof file98},
    {"models/language/chatdoctor.json", file99, sizeof file99},
    {"models/language/chatglm-6b.json", file100, sizeof file100},
    {"models/language/chatglm2-6b.json", file101, sizeof file101},
    {"models/language/chatglm3-6b.json", file102, sizeof file102},
    {"models/language/clinical-decision-transformer.json", file103, sizeof file103},
    {"models/language/clinicalbert.json", file104, sizeof file104},
    {"models/language/clinicalgpt.json", file105, sizeof file105},
    {"models/language/doctorglm.json", file106, sizeof file106},
    {"models/language/falcon-40b.json", file107, sizeof file107},
    {"models/language/falcon-7b.json", file108, sizeof file108},
    {"models/language/flan-t5-base.json", file109, sizeof file109},
    {"models/language/flan-t5-large.json", file110, sizeof file110},
    {"models/language/flan-t5-small.json", file111, sizeof file111},
    {"models/language/flan-t5-xl.json", file112, sizeof file112},
    {"models/language/flan-t5-xxl.json", file113, sizeof file113},
    {"models/language/gatortron-base-345m.json", file114, sizeof file114},
    {"models/language/gatortron-large-8.9b.json", file115, sizeof file115},
    {"models/language/gatortron-medium-3.9b.json", file116, sizeof file116},
    {"models/language/gatortrongpt-20b.json", file117, sizeof file117},
    {"models/language/gatortrongpt-5b.json", file118, sizeof file118},
    {"models/language/gemma-2b.json", file119, sizeof file119},
    {"models/language/gemma-7b.json", file120, sizeof file120},
    {"models/language/gemma2-27b.json", file121, sizeof file121},
    {"models/language/gemma2-2b.json", file122, sizeof file122},
    {"models/language/gemma2-9b.json", file123, sizeof file123},
    {"models/language/glm-10b.json", file124, sizeof file124},
    {"models/language/glm-130b.json", file125, sizeof file125},
    {"models/language/gpt-doctor.json", file126, sizeof file126},
    {"models/language/gpt-j-6b.json", file127, sizeof file127},
    {"models/language/gpt-neox-20b.json", file128, sizeof file128},
    {"models/language/gpt2-large.json", file129, sizeof file129},
    {"models/language/gpt2-medium.json", file130, sizeof file130},
    {"models/language/gpt2-xl.json", file131, sizeof file131},
    {"models/language/gpt2.json", file132, sizeof file132},
    {"models/language/huatuogpt-13b.json", file133, sizeof file133},
    {"models/language/huatuogpt-7b.json", file134, sizeof file134},
    {"models/language/huatuogpt2-13b.json", file135, sizeof file135},
    {"models/language/huatuogpt2-34b.json", file136, sizeof file136},
    {"models/language/huatuogpt2-7b.json", file137, sizeof file137},
    {"models/language/jmlr-13b.json", file138, sizeof file138},
    {"models/language/jmlr-7b.json", file139, sizeof file139},
    {"models/language/llama-13b.json", file140, sizeof file140},
    {"models/language/llama-33b.json", file141, sizeof file141},
    {"models/language/llama-65b.json", file142, sizeof file142},
    {"models/language/llama-7b.json", file143, sizeof file143},
    {"models/language/llama2-13b.json", file144, sizeof file144},
    {"models/language/llama2-70b.json", file145, sizeof file145},
    {"models/language/llama2-7b.json", file146, sizeof file146},
    {"models/language/llama3-70b.json", file147, sizeof file147},
    {"models/language/llama3-8b.json", file148, sizeof file148},
    {"models/language/llama3.1-405b.json", file149, sizeof file149},
    {"models/language/llama3.1-70b.json", file150, sizeof file150},
    {"models/language/llama3.1-8b.json", file151, sizeof file151},
    {"models/language/llama3.2-1b.json", file152, sizeof file152},
    {"models/language/llama3.2-3b.json", file153, sizeof file153},
    {"models/language/me-llama-13b.json", file154, sizeof file154},
    {"models/language/me-llama-70b.json", file155, sizeof file155},
    {"models/language/med-palm.json", file156, sizeof file156},
    {"models/language/medagents-flan-palm.json", file157, sizeof file157},
    {"models/language/medalpaca-13b.json", file158, sizeof file158},
    {"models/language/medalpaca-30b.json", file159, sizeof file159},
    {"models/language/medalpaca-7b.json", file160, sizeof file160},
    {"models/language/medcpt-query.json", file161, sizeof file161},
    {"models/language/medcpt-reranker.json", file162, sizeof file162},
    {"models/language/medcpt.json", file163, sizeof file163},
    {"models/language/meditron-70b.json", file164, sizeof file164},
    {"models/language/meditron-7b.json", file165, sizeof file165},
    {"models/language/medroberta-nl.json", file166, sizeof file166},
    {"models/language/megatron-gpt-1.3b.json", file167, sizeof file167},
    {"models/language/mistral-7b.json", file168, sizeof file168},
    {"models/language/mixtral-8x22b.json", file169, sizeof file169},
    {"models/language/mixtral-8x7b.json", file170, sizeof file170},
    {"models/language/napss.json", file171, sizeof file171},
    {"models/language/oncogpt-7b.json", file172, sizeof file172},
    {"models/language/open-llama-3b.json", file173, sizeof file173},
    {"models/language/ophglm.json", file174, sizeof file174},
    {"models/language/opt-1.3b.json", file175, sizeof file175},
    {"models/language/opt-125m.json", file176, sizeof file176},
    {"models/language/opt-13b.json", file177, sizeof file177},
    {"models/language/opt-175b.json", file178, sizeof file178},
    {"models/language/opt-2.7b.json", file179, sizeof file179},
    {"models/language/opt-30b.json", file180, sizeof file180},
    {"models/language/opt-6.7b.json", file181, sizeof file181},
    {"models/language/opt-66b.json", file182, sizeof file182},
    {"models/language/palm-540b.json", file183, sizeof file183},
    {"models/language/palm-62b.json", file184, sizeof file184},
    {"models/language/palm-8b.json", file185, sizeof file185},
    {"models/language/pbp.json", file186, sizeof file186},
    {"models/language/phi-1.5.json", file187, sizeof file187},
    {"models/language/phi-2.json", file188, sizeof file188},
    {"models/language/phi-3-mini.json", file189, sizeof file189},
    {"models/language/pmc-llama-13b.json", file190, sizeof file190},
    {"models/language/pmc-llama-7b.json", file191, sizeof file191},
    {"models/language/pubmedbert.json", file192, sizeof file192},
    {"models/language/qilin-med-13b.json", file193, sizeof file193},
    {"models/language/qilin-med.json", file194, sizeof file194},
    {"models/language/qwen-1.8b.json", file195, sizeof file195},
    {"models/language/qwen-14b.json", file196, sizeof file196},
    {"models/language/qwen-72b.json", file197, sizeof file197},
    {"models/language/qwen-7b.json", file198, sizeof file198},
    {"models/language/qwen2-0.5b.json", file199, sizeof file199},
    {"models/language/qwen2-1.5b.json", file200, sizeof file200},
    {"models/language/qwen2-72b.json", file201, sizeof file201},
    {"models/language/qwen2-7b.json", file202, sizeof file202},
    {"models/language/roberta-base.json", file203, sizeof file203},
    {"models/language/roberta-large.json", file204, sizeof file204},
    {"models/language/scibert.json", file205, sizeof file205},
    {"models/language/spt.json", file206, sizeof file206},
    {"models/language/t5-11b.json", file207, sizeof file207},
    {"models/language/t5-3b.json", file208, sizeof file208},
    {"models/language/t5-base.json", file209, sizeof file209},
    {"models/language/t5-large.json", file210, sizeof file210},
    {"models/language/t5-small.json", file211, sizeof file211},
    {"models/language/taiyi-7b.json", file212, sizeof file212},
    {"models/language/visual-med-alpaca.json", file213, sizeof file213},
    {"models/language/yi-34b.json", file214, sizeof file214},
    {"models/language/zhongjing-13b.json", file215, sizeof file215},
    {"models/language/ziya-llama-13b.json", file216, sizeof file216},
    {"models/multimodal/biomedclip.json", file217, sizeof file217},
    {"models/multimodal/chexzero.json", file218, sizeof file218},
    {"models/multimodal/clip-vit-b-16.json", file219, sizeof file219},
    {"models/multimodal/clip-vit-b-32.json", file220, sizeof file220},
    {"models/multimodal/clip-vit-l-14-336.json", file221, sizeof file221},
    {"models/multimodal/clip-vit-l-14.json", file222, sizeof file222},
    {"models/multimodal/plip.json", file223, sizeof file223},
    {"models/multimodal/pubmedclip.json", file224, sizeof file224},
    {"models/multimodal/quiltnet.json", file225, sizeof file225},
    {"models/multimodal/vit-bert-dual.json", file226, sizeof file226},
    {"models/vision/campanella-vit-s.json", file227, sizeof file227},
    {"models/vision/dinov2-vitb14.json", file228, sizeof file228},
    {"models/vision/dinov2-vitg14.json", file229, sizeof file229},
    {"models/vision/dinov2-vitl14.json", file230, sizeof file230},
    {"models/vision/dinov2-vits14.json", file231, sizeof file231},
    {"models/vision/gigapath-tile.json", file232, sizeof file232},
    {"models/vision/retfound.json", file233, sizeof file233},
    {"models/vision/rudolfv.json", file234, sizeof file234},
    {"models/vision/uni.json", file235, sizeof file235},
    {"models/vision/uni2-h.json", file236, sizeof file236},
    {"models/vision/virchow.json", file237, sizeof file237},
    {"models/vision/virchow2.json", file238, sizeof file238},
    {"models/vision/visionfm.json", file239, sizeof file239},
    {"models/vision/vit-b-16.json", file240, sizeof file240},
    {"models/vision/vit-h-14.json", file241, sizeof file241},
    {"models/vision/vit-l-16.json", file242, sizeof file242},
    {"models/vision/vit-s-16.json", file243, sizeof file243},
    {0, 0, 0},
};
const long CProfilesCount = 244;
const long CProfilesCount = 238;
    {"models/bioinformatics/rna-fm.json", file55, sizeof file55},
    {"models/bioinformatics/rnabert.json", file56, sizeof file56},
    {"models/bioinformatics/splicebert.json", file57, sizeof file57},
    {"models/bioinformatics/utr-lm.json", file58, sizeof file58},
    {"models/language/alpacare-13b.json", file59, sizeof file59},
    {"models/language/alphabert.json", file60, sizeof file60},
    {"models/language/baichuan-7b.json", file61, sizeof file61},
    {"models/language/baichuan2-7b.json", file62, sizeof file62},
    {"models/language/bentsao.json", file63, sizeof file63},
    {"models/language/bert-base.json", file64, sizeof file64},
    {"models/language/bert-large.json", file65, sizeof file65},
    {"models/language/biobert.json", file66, sizeof file66},
    {"models/language/biomedlm.json", file67, sizeof file67},
    {"models/language/biomistral-7b.json", file68, sizeof file68},
    {"models/language/chatdoctor.json", file69, sizeof file69},
    {"models/language/clinicalbert.json", file70, sizeof file70},
    {"models/language/gatortron-base-345m.json", file71, sizeof file71},
    {"models/language/gatortron-large-8.9b.json", file72, sizeof file72},
    {"models/language/gatortron-medium-3.9b.json", file73, sizeof file73},
    {"models/language/gatortrongpt-20b.json", file74, sizeof file74},
    {"models/language/gatortrongpt-5b.json", file75, sizeof file75},
    {"models/language/gpt2-large.json", file76, sizeof file76},
    {"models/language/gpt2-medium.json", file77, sizeof file77},
    {"models/language/gpt2-xl.json", file78, sizeof file78},
    {"models/language/gpt2.json", file79, sizeof file79},
    {"models/language/huatuogpt-7b.json", file80, sizeof file80},
    {"models/language/huatuogpt2-7b.json", file81, sizeof file81},
    {"models/language/jmlr-13b.json", file82, sizeof file82},
    {"models/language/llama-13b.json", file83, sizeof file83},
    {"models/language/llama-33b.json", file84, sizeof file84},
    {"models/language/llama-65b.json", file85, sizeof file85},
    {"models/language/llama-7b.json", file86, sizeof file86},
    {"models/language/llama2-13b.json", file87, sizeof file87},
    {"models/language/llama2-70b.json", file88, sizeof file88},
    {"models/language/llama2-7b.json", file89, sizeof file89},
    {"models/language/llama3-70b.json", file90, sizeof file90},
    {"models/language/llama3-8b.json", file91, sizeof file91},
    {"models/language/me-llama-13b.json", file92, sizeof file92},
    {"models/language/me-llama-70b.json", file93, sizeof file93},
    {"models/language/medalpaca-13b.json", file94, sizeof file94},
    {"models/language/medalpaca-7b.json", file95, sizeof file95},
    {"models/language/medcpt.json", file96, sizeof file96},
    {"models/language/meditron-70b.json", file97, sizeof file97},
    {"models/language/meditron-7b.json", file98, sizeof file98},
    {"models/language/medroberta-nl.json", file99, sizeof file99},
    {"models/language/megatron-gpt-1.3b.json", file100, sizeof file100},
    {"models/language/mistral-7b.json", file101, sizeof file101},
    {"models/language/oncogpt-7b.json", file102, sizeof file102},
    {"models/language/open-llama-3b.json", file103, sizeof file103},
    {"models/language/pmc-llama-13b.json", file104, sizeof file104},
    {"models/language/pmc-llama-7b.json", file105, sizeof file105},
    {"models/language/pubmedbert.json", file106, sizeof file106},
    {"models/language/qilin-med.json", file107, sizeof file107},
    {"models/language/qwen-7b.json", file108, sizeof file108},
    {"models/language/roberta-base.json", file109, sizeof file109},
    {"models/language/roberta-large.json", file110, sizeof file110},
    {"models/language/scibert.json", file111, sizeof file111},
    {"models/language/taiyi-7b.json", file112, sizeof file112},
    {"models/language/visual-med-alpaca.json", file113, sizeof file113},
    {"models/language/zhongjing-13b.json", file114, sizeof file114},
    {"models/multimodal/biomedclip.json", file115, sizeof file115},
    {"models/multimodal/chambon-sd.json", file116, sizeof file116},
    {"models/multimodal/chexzero.json", file117, sizeof file117},
    {"models/multimodal/clip-vit-b-16.json", file118, sizeof file118},
    {"models/multimodal/clip-vit-b-32.json", file119, sizeof file119},
    {"models/multimodal/clip-vit-l-14-336.json", file120, sizeof file120},
    {"models/multimodal/clip-vit-l-14.json", file121, sizeof file121},
    {"models/multimodal/etp-ecg-resnet18.json", file122, sizeof file122},
    {"models/multimodal/plip.json", file123, sizeof file123},
    {"models/multimodal/pubmedclip.json", file124, sizeof file124},
    {"models/multimodal/quiltnet.json", file125, sizeof file125},
    {"models/multimodal/roentgen.json", file126, sizeof file126},
    {"models/multimodal/sd1-unet.json", file127, sizeof file127},
    {"models/multimodal/sd1-vae.json", file128, sizeof file128},
    {"models/multimodal/sd2-unet.json", file129, sizeof file129},
    {"models/multimodal/stable-diffusion-v1.json", file130, sizeof file130},
    {"models/multimodal/stable-diffusion-v2.json", file131, sizeof file131},
    {"models/multimodal/vit-bert-dual.json", file132, sizeof file132},
    {"models/vision/c2l-densenet121.json", file133, sizeof file133},
    {"models/vision/c2l-resnet18.json", file134, sizeof file134},
    {"models/vision/campanella-vit-s.json", file135, sizeof file135},
    {"models/vision/ciga-resnet18.json", file136, sizeof file136},
    {"models/vision/clip-rn101-visual.json", file137, sizeof file137},
    {"models/vision/clip-rn50-visual.json", file138, sizeof file138},
    {"models/vision/clip-rn50x4-visual.json", file139, sizeof file139},
    {"models/vision/densenet121-3d.json", file140, sizeof file140},
    {"models/vision/densenet121.json", file141, sizeof file141},
    {"models/vision/densenet161.json", file142, sizeof file142},
    {"models/vision/densenet169.json", file143, sizeof file143},
    {"models/vision/densenet201.json", file144, sizeof file144},
    {"models/vision/dinov2-vitb14.json", file145, sizeof file145},
    {"models/vision/dinov2-vitg14.json", file146, sizeof file146},
    {"models/vision/dinov2-vitl14.json", file147, sizeof file147},
    {"models/vision/dinov2-vits14.json", file148, sizeof file148},
    {"models/vision/efficientnet_b0.json", file149, sizeof file149},
    {"models/vision/efficientnet_b1.json", file150, sizeof file150},
    {"models/vision/efficientnet_b2.json", file151, sizeof file151},
    {"models/vision/efficientnet_b3.json", file152, sizeof file152},
    {"models/vision/efficientnet_b4.json", file153, sizeof file153},
    {"models/vision/efficientnet_b5.json", file154, sizeof file154},
    {"models/vision/efficientnet_b6.json", file155, sizeof file155},
    {"models/vision/efficientnet_b7.json", file156, sizeof file156},
    {"models/vision/ghesu-resnet50w2.json", file157, sizeof file157},
    {"models/vision/gigapath-tile.json", file158, sizeof file158},
    {"models/vision/gvsl-unet.json", file159, sizeof file159},
    {"models/vision/lvm-med-resnet50.json", file160, sizeof file160},
    {"models/vision/med3d-resnet10.json", file161, sizeof file161},
    {"models/vision/med3d-resnet101.json", file162, sizeof file162},
    {"models/vision/med3d-resnet152.json", file163, sizeof file163},
    {"models/vision/med3d-resnet18.json", file164, sizeof file164},
    {"models/vision/med3d-resnet200.json", file165, sizeof file165},
    {"models/vision/med3d-resnet34.json", file166, sizeof file166},
    {"models/vision/med3d-resnet50.json", file167, sizeof file167},
    {"models/vision/mis-fm-pctnet.json", file168, sizeof file168},
    {"models/vision/moco-cxr-densenet121.json", file169, sizeof file169},
    {"models/vision/moco-cxr-resnet18.json", file170, sizeof file170},
    {"models/vision/models-genesis-unet3d.json", file171, sizeof file171},
    {"models/vision/nnunet-2d.json", file172, sizeof file172},
    {"models/vision/nnunet-3d-fullres.json", file173, sizeof file173},
    {"models/vision/nnunet-resenc-l.json", file174, sizeof file174},
    {"models/vision/nnunet-resenc-m.json", file175, sizeof file175},
    {"models/vision/nnunet-resenc-xl.json", file176, sizeof file176},
    {"models/vision/r3d18.json", file177, sizeof file177},
    {"models/vision/resnet101.json", file178, sizeof file178},
    {"models/vision/resnet152.json", file179, sizeof file179},
    {"models/vision/resnet18.json", file180, sizeof file180},
    {"models/vision/resnet34.json", file181, sizeof file181},
    {"models/vision/resnet50.json", file182, sizeof file182},
    {"models/vision/resnext101_32x8d.json", file183, sizeof file183},
    {"models/vision/resnext101_64x4d.json", file184, sizeof file184},
    {"models/vision/resnext50_32x4d.json", file185, sizeof file185},
    {"models/vision/retfound.json", file186, sizeof file186},
    {"models/vision/rudolfv.json", file187, sizeof file187},
    {"models/vision/segresnet-brats.json", file188, sizeof file188},
    {"models/vision/segresnet.json", file189, sizeof file189},
    {"models/vision/stunet-b.json", file190, sizeof file190},
    {"models/vision/stunet-h.json", file191, sizeof file191},
    {"models/vision/stunet-l.json", file192, sizeof file192},
    {"models/vision/stunet-s.json", file193, sizeof file193},
    {"models/vision/transvw-unet3d.json", file194, sizeof file194},
    {"models/vision/unet-resnet18-smp.json", file195, sizeof file195},
    {"models/vision/unet-resnet34-smp.json", file196, sizeof file196},
    {"models/vision/unet-resnet50-smp.json", file197, sizeof file197},
    {"models/vision/unet2d-basic.json", file198, sizeof file198},
    {"models/vision/uni.json", file199, sizeof file199},
    {"models/vision/uni2-h.json", file200, sizeof file200},
    {"models/vision/universeg.json", file201, sizeof file201},
    {"models/vision/virchow.json", file202, sizeof file202},
    {"models/vision/virchow2.json", file203, sizeof file203},
    {"models/vision/visionfm.json", file204, sizeof file204},
    {"models/vision/vit-b-16.json", file205, sizeof file205},
    {"models/vision/vit-h-14.json", file206, sizeof file206},
    {"models/vision/vit-l-16.json", file207, sizeof file207},
    {"models/vision/vit-s-16.json", file208, sizeof file208},
    {"models/vision/wide_resnet101_2.json", file209, sizeof file209},
    {"models/vision/wide_resnet50_2.json", file210, sizeof file210},
    {"models/vision/yolov8l.json", file211, sizeof file211},
    {"models/vision/yolov8m.json", file212, sizeof file212},
    {"models/vision/yolov8n.json", file213, sizeof file213},
    {"models/vision/yolov8s.json", file214, sizeof file214},
    {"models/vision/yolov8x.json", file215, sizeof file215},
    {0, 0, 0},
};
const long CProfilesCount = 216;
    {"models/bioinformatics/alphafold2.json", file41, sizeof file41},
    {"models/bioinformatics/celllm.json", file42, sizeof file42},
    {"models/bioinformatics/codonbert.json", file43, sizeof file43},
    {"models/bioinformatics/dnabert-3.json", file44, sizeof file44},
    {"models/bioinformatics/dnabert-4.json", file45, sizeof file45},
    {"models/bioinformatics/dnabert-5.json", file46, sizeof file46},
    {"models/bioinformatics/dnabert-6.json", file47, sizeof file47},
    {"models/bioinformatics/dnagpt-0.1b.json", file48, sizeof file48},
    {"models/bioinformatics/esm-1b.json", file49, sizeof file49},
    {"models/bioinformatics/esm2-150m.json", file50, sizeof file50},
    {"models/bioinformatics/esm2-15b.json", file51, sizeof file51},
    {"models/bioinformatics/esm2-35m.json", file52, sizeof file52},
    {"models/bioinformatics/esm2-3b.json", file53, sizeof file53},
    {"models/bioinformatics/esm2-650m.json", file54, sizeof file54},
    {"models/bioinformatics/esm2-8m.json", file55, sizeof file55},
    {"models/bioinformatics/evoformer-48.json", file56, sizeof file56},
    {"models/bioinformatics/gena-lm-base.json", file57, sizeof file57},
    {"models/bioinformatics/geneformer-12l.json", file58, sizeof file58},
    {"models/bioinformatics/geneformer.json", file59, sizeof file59},
    {"models/bioinformatics/genept.json", file60, sizeof file60},
    {"models/bioinformatics/hyenadna-large-1m.json", file61, sizeof file61},
    {"models/bioinformatics/hyenadna-medium-160k.json", file62, sizeof file62},
    {"models/bioinformatics/hyenadna-medium-450k.json", file63, sizeof file63},
    {"models/bioinformatics/hyenadna-small-32k.json", file64, sizeof file64},
    {"models/bioinformatics/hyenadna-tiny-1k-d256.json", file65, sizeof file65},
    {"models/bioinformatics/hyenadna-tiny-1k.json", file66, sizeof file66},
    {"models/bioinformatics/msa-transformer.json", file67, sizeof file67},
    {"models/bioinformatics/nucleotide-transformer-2.5b.json", file68, sizeof file68},
    {"models/bioinformatics/nucleotide-transformer-500m.json", file69, sizeof file69},
    {"models/bioinformatics/protbert.json", file70, sizeof file70},
    {"models/bioinformatics/rna-fm.json", file71, sizeof file71},
    {"models/bioinformatics/rna-msm.json", file72, sizeof file72},
    {"models/bioinformatics/rnabert.json", file73, sizeof file73},
    {"models/bioinformatics/scbert.json", file74, sizeof file74},
    {"models/bioinformatics/scelmo.json", file75, sizeof file75},
    {"models/bioinformatics/scfoundation-100m.json", file76, sizeof file76},
    {"models/bioinformatics/scgpt.json", file77, sizeof file77},
    {"models/bioinformatics/splicebert.json", file78, sizeof file78},
    {"models/bioinformatics/uce-33l.json", file79, sizeof file79},
    {"models/bioinformatics/uce-4l.json", file80, sizeof file80},
    {"models/bioinformatics/utr-lm.json", file81, sizeof file81},
    {"models/language/alpacare-13b.json", file82, sizeof file82},
    {"models/language/alphabert.json", file83, sizeof file83},
    {"models/language/baichuan-7b.json", file84, sizeof file84},
    {"models/language/baichuan2-7b.json", file85, sizeof file85},
    {"models/language/bentsao.json", file86, sizeof file86},
    {"models/language/bert-base.json", file87, sizeof file87},
    {"models/language/bert-large.json", file88, sizeof file88},
    {"models/language/biobert.json", file89, sizeof file89},
    {"models/language/biomedlm.json", file90, sizeof file90},
    {"models/language/biomistral-7b.json", file91, sizeof file91},
    {"models/language/chatcad-plus.json", file92, sizeof file92},
    {"models/language/chatcad.json", file93, sizeof file93},
    {"models/language/chatdoctor.json", file94, sizeof file94},
    {"models/language/chatgpt.json", file95, sizeof file95},
    {"models/language/clinicalbert.json", file96, sizeof file96},
    {"models/language/deid-gpt.json", file97, sizeof file97},
    {"models/language/dr-knows.json", file98, sizeof file98},
    {"models/language/gatortron-base-345m.json", file99, sizeof file99},
    {"models/language/gatortron-large-8.9b.json", file100, sizeof file100},
    {"models/language/gatortron-medium-3.9b.json", file101, sizeof file101},
    {"models/language/gatortrongpt-20b.json", file102, sizeof file102},
    {"models/language/gatortrongpt-5b.json", file103, sizeof file103},
    {"models/language/gpt-4.json", file104, sizeof file104},
    {"models/language/gpt2-large.json", file105, sizeof file105},
    {"models/language/gpt2-medium.json", file106, sizeof file106},
    {"models/language/gpt2-xl.json", file107, sizeof file107},
    {"models/language/gpt2.json", file108, sizeof file108},
    {"models/language/healthprompt.json", file109, sizeof file109},
    {"models/language/huatuogpt-7b.json", file110, sizeof file110},
    {"models/language/huatuogpt2-7b.json", file111, sizeof file111},
    {"models/language/jmlr-13b.json", file112, sizeof file112},
    {"models/language/llama-13b.json", file113, sizeof file113},
    {"models/language/llama-33b.json", file114, sizeof file114},
    {"models/language/llama-65b.json", file115, sizeof file115},
    {"models/language/llama-7b.json", file116, sizeof file116},
    {"models/language/llama2-13b.json", file117, sizeof file117},
    {"models/language/llama2-70b.json", file118, sizeof file118},
    {"models/language/llama2-7b.json", file119, sizeof file119},
    {"models/language/llama3-70b.json", file120, sizeof file120},
    {"models/language/llama3-8b.json", file121, sizeof file121},
    {"models/language/me-llama-13b.json", file122, sizeof file122},
    {"models/language/me-llama-70b.json", file123, sizeof file123},
    {"models/language/med-palm-2.json", file124, sizeof file124},
    {"models/language/medalpaca-13b.json", file125, sizeof file125},
    {"models/language/medalpaca-7b.json", file126, sizeof file126},
    {"models/language/medcpt.json", file127, sizeof file127},
    {"models/language/meditron-70b.json", file128, sizeof file128},
    {"models/language/meditron-7b.json", file129, sizeof file129},
    {"models/language/medprompt.json", file130, sizeof file130},
    {"models/language/medroberta-nl.json", file131, sizeof file131},
    {"models/language/megatron-gpt-1.3b.json", file132, sizeof file132},
    {"models/language/mistral-7b.json", file133, sizeof file133},
    {"models/language/oncogpt-7b.json", file134, sizeof file134},
    {"models/language/open-llama-3b.json", file135, sizeof file135},
    {"models/language/pmc-llama-13b.json", file136, sizeof file136},
    {"models/language/pmc-llama-7b.json", file137, sizeof file137},
    {"models/language/pubmedbert.json", file138, sizeof file138},
    {"models/language/qilin-med.json", file139, sizeof file139},
    {"models/language/qwen-7b.json", file140, sizeof file140},
    {"models/language/roberta-base.json", file141, sizeof file141},
    {"models/language/roberta-large.json", file142, sizeof file142},
    {"models/language/scibert.json", file143, sizeof file143},
    {"models/language/taiyi-7b.json", file144, sizeof file144},
    {"models/language/text-embedding-ada-002.json", file145, sizeof file145},
    {"models/language/visual-med-alpaca.json", file146, sizeof file146},
    {"models/language/zhongjing-13b.json", file147, sizeof file147},
    {"models/multimodal/biomedclip.json", file148, sizeof file148},
    {"models/multimodal/chexzero.json", file149, sizeof file149},
    {"models/multimodal/clip-vit-b-16.json", file150, sizeof file150},
    {"models/multimodal/clip-vit-b-32.json", file151, sizeof file151},
    {"models/multimodal/clip-vit-l-14-336.json", file152, sizeof file152},
    {"models/multimodal/clip-vit-l-14.json", file153, sizeof file153},
    {"models/multimodal/etp-ecg-resnet18.json", file154, sizeof file154},
    {"models/multimodal/plip.json", file155, sizeof file155},
    {"models/multimodal/pubmedclip.json", file156, sizeof file156},
    {"models/multimodal/quiltnet.json", file157, sizeof file157},
    {"models/multimodal/vit-bert-dual.json", file158, sizeof file158},
    {"models/vision/c2l-densenet121.json", file159, sizeof file159},
    {"models/vision/c2l-resnet18.json", file160, sizeof file160},
    {"models/vision/campanella-vit-s.json", file161, sizeof file161},
    {"models/vision/ciga-resnet18.json", file162, sizeof file162},
    {"models/vision/clip-rn101-visual.json", file163, sizeof file163},
    {"models/vision/clip-rn50-visual.json", file164, sizeof file164},
    {"models/vision/clip-rn50x4-visual.json", file165, sizeof file165},
    {"models/vision/ctranspath.json", file166, sizeof file166},
    {"models/vision/densenet121-3d.json", file167, sizeof file167},
    {"models/vision/densenet121.json", file168, sizeof file168},
    {"models/vision/densenet161.json", file169, sizeof file169},
    {"models/vision/densenet169.json", file170, sizeof file170},
    {"models/vision/densenet201.json", file171, sizeof file171},
    {"models/vision/dinov2-vitb14.json", file172, sizeof file172},
    {"models/vision/dinov2-vitg14.json", file173, sizeof file173},
    {"models/vision/dinov2-vitl14.json", file174, sizeof file174},
    {"models/vision/dinov2-vits14.json", file175, sizeof file175},
    {"models/vision/efficientnet_b0.json", file176, sizeof file176},
    {"models/vision/efficientnet_b1.json", file177, sizeof file177},
    {"models/vision/efficientnet_b2.json", file178, sizeof file178},
    {"models/vision/efficientnet_b3.json", file179, sizeof file179},
    {"models/vision/efficientnet_b4.json", file180, sizeof file180},
    {"models/vision/efficientnet_b5.json", file181, sizeof file181},
    {"models/vision/efficientnet_b6.json", file182, sizeof file182},
    {"models/vision/efficientnet_b7.json", file183, sizeof file183},
    {"models/vision/ghesu-resnet50w2.json", file184, sizeof file184},
    {"models/vision/gigapath-tile.json", file185, sizeof file185},
    {"models/vision/lvm-med-resnet50.json", file186, sizeof file186},
    {"models/vision/med3d-resnet10.json", file187, sizeof file187},
    {"models/vision/med3d-resnet101.json", file188, sizeof file188},
    {"models/vision/med3d-resnet152.json", file189, sizeof file189},
    {"models/vision/med3d-resnet18.json", file190, sizeof file190},
    {"models/vision/med3d-resnet200.json", file191, sizeof file191},
    {"models/vision/med3d-resnet34.json", file192, sizeof file192},
    {"models/vision/med3d-resnet50.json", file193, sizeof file193},
    {"models/vision/medsam-vit-b.json", file194, sizeof file194},
    {"models/vision/moco-cxr-densenet121.json", file195, sizeof file195},
    {"models/vision/moco-cxr-resnet18.json", file196, sizeof file196},
    {"models/vision/r3d18.json", file197, sizeof file197},
    {"models/vision/resnet101.json", file198, sizeof file198},
    {"models/vision/resnet152.json", file199, sizeof file199},
    {"models/vision/resnet18.json", file200, sizeof file200},
    {"models/vision/resnet34.json", file201, sizeof file201},
    {"models/vision/resnet50.json", file202, sizeof file202},
    {"models/vision/resnext101_32x8d.json", file203, sizeof file203},
    {"models/vision/resnext101_64x4d.json", file204, sizeof file204},
    {"models/vision/resnext50_32x4d.json", file205, sizeof file205},
    {"models/vision/retfound.json", file206, sizeof file206},
    {"models/vision/rudolfv.json", file207, sizeof file207},
    {"models/vision/sam-mask-decoder.json", file208, sizeof file208},
    {"models/vision/sam-vit_b-image-encoder.json", file209, sizeof file209},
    {"models/vision/sam-vit_b.json", file210, sizeof file210},
    {"models/vision/sam-vit_h-image-encoder.json", file211, sizeof file211},
    {"models/vision/sam-vit_h.json", file212, sizeof file212},
    {"models/vision/sam-vit_l-image-encoder.json", file213, sizeof file213},
    {"models/vision/sam-vit_l.json", file214, sizeof file214},
    {"models/vision/swin_base_patch4_window7_224.json", file215, sizeof file215},
    {"models/vision/swin_large_patch4_window7_224.json", file216, sizeof file216},
    {"models/vision/swin_small_patch4_window7_224.json", file217, sizeof file217},
    {"models/vision/swin_tiny_patch4_window7_224.json", file218, sizeof file218},
    {"models/vision/swinunetr-24.json", file219, sizeof file219},
    {"models/vision/swinunetr-48.json", file220, sizeof file220},
    {"models/vision/swinunetr-v2-48.json", file221, sizeof file221},
    {"models/vision/uni.json", file222, sizeof file222},
    {"models/vision/uni2-h.json", file223, sizeof file223},
    {"models/vision/virchow.json", file224, sizeof file224},
    {"models/vision/virchow2.json", file225, sizeof file225},
    {"models/vision/visionfm.json", file226, sizeof file226},
    {"models/vision/vit-b-16.json", file227, sizeof file227},
    {"models/vision/vit-h-14.json", file228, sizeof file228},
    {"models/vision/vit-l-16.json", file229, sizeof file229},
    {"models/vision/vit-s-16.json", file230, sizeof file230},
    {"models/vision/wide_resnet101_2.json", file231, sizeof file231},
    {"models/vision/wide_resnet50_2.json", file232, sizeof file232},
    {"survey.json", file233, sizeof file233},
    {0, 0, 0},
};
const long CProfilesCount = 234;
    {"models/bioinformatics/gin-5x300.json", file59, sizeof file59},
    {"models/bioinformatics/hyenadna-large-1m.json", file60, sizeof file60},
    {"models/bioinformatics/hyenadna-medium-160k.json", file61, sizeof file61},
    {"models/bioinformatics/hyenadna-medium-450k.json", file62, sizeof file62},
    {"models/bioinformatics/hyenadna-small-32k.json", file63, sizeof file63},
    {"models/bioinformatics/hyenadna-tiny-1k-d256.json", file64, sizeof file64},
    {"models/bioinformatics/hyenadna-tiny-1k.json", file65, sizeof file65},
    {"models/bioinformatics/msa-transformer.json", file66, sizeof file66},
    {"models/bioinformatics/nucleotide-transformer-2.5b.json", file67, sizeof file67},
    {"models/bioinformatics/nucleotide-transformer-500m.json", file68, sizeof file68},
    {"models/bioinformatics/protbert.json", file69, sizeof file69},
    {"models/bioinformatics/rna-fm.json", file70, sizeof file70},
    {"models/bioinformatics/rna-msm.json", file71, sizeof file71},
    {"models/bioinformatics/rnabert.json", file72, sizeof file72},
    {"models/bioinformatics/scbert.json", file73, sizeof file73},
    {"models/bioinformatics/scelmo.json", file74, sizeof file74},
    {"models/bioinformatics/scfoundation-100m.json", file75, sizeof file75},
    {"models/bioinformatics/scgpt.json", file76, sizeof file76},
    {"models/bioinformatics/splicebert.json", file77, sizeof file77},
    {"models/bioinformatics/uce-33l.json", file78, sizeof file78},
    {"models/bioinformatics/uce-4l.json", file79, sizeof file79},
    {"models/bioinformatics/utr-lm.json", file80, sizeof file80},
    {"models/language/alpacare-13b.json", file81, sizeof file81},
    {"models/language/alphabert.json", file82, sizeof file82},
    {"models/language/baichuan-7b.json", file83, sizeof file83},
    {"models/language/baichuan2-7b.json", file84, sizeof file84},
    {"models/language/bentsao.json", file85, sizeof file85},
    {"models/language/bert-base.json", file86, sizeof file86},
    {"models/language/bert-large.json", file87, sizeof file87},
    {"models/language/biobert.json", file88, sizeof file88},
    {"models/language/biomedlm.json", file89, sizeof file89},
    {"models/language/biomistral-7b.json", file90, sizeof file90},
    {"models/language/chatcad-plus.json", file91, sizeof file91},
    {"models/language/chatcad.json", file92, sizeof file92},
    {"models/language/chatdoctor.json", file93, sizeof file93},
    {"models/language/chatgpt.json", file94, sizeof file94},
    {"models/language/clinicalbert.json", file95, sizeof file95},
    {"models/language/deid-gpt.json", file96, sizeof file96},
    {"models/language/dr-knows.json", file97, sizeof file97},
    {"models/language/gatortron-base-345m.json", file98, sizeof file98},
    {"models/language/gatortron-large-8.9b.json", file99, sizeof file99},
    {"models/language/gatortron-medium-3.9b.json", file100, sizeof file100},
    {"models/language/gatortrongpt-20b.json", file101, sizeof file101},
    {"models/language/gatortrongpt-5b.json", file102, sizeof file102},
    {"models/language/gpt-4.json", file103, sizeof file103},
    {"models/language/gpt2-large.json", file104, sizeof file104},
    {"models/language/gpt2-medium.json", file105, sizeof file105},
    {"models/language/gpt2-xl.json", file106, sizeof file106},
    {"models/language/gpt2.json", file107, sizeof file107},
    {"models/language/healthprompt.json", file108, sizeof file108},
    {"models/language/huatuogpt-7b.json", file109, sizeof file109},
    {"models/language/huatuogpt2-7b.json", file110, sizeof file110},
    {"models/language/jmlr-13b.json", file111, sizeof file111},
    {"models/language/llama-13b.json", file112, sizeof file112},
    {"models/language/llama-33b.json", file113, sizeof file113},
    {"models/language/llama-65b.json", file114, sizeof file114},
    {"models/language/llama-7b.json", file115, sizeof file115},
    {"models/language/llama2-13b.json", file116, sizeof file116},
    {"models/language/llama2-70b.json", file117, sizeof file117},
    {"models/language/llama2-7b.json", file118, sizeof file118},
    {"models/language/llama3-70b.json", file119, sizeof file119},
    {"models/language/llama3-8b.json", file120, sizeof file120},
    {"models/language/me-llama-13b.json", file121, sizeof file121},
    {"models/language/me-llama-70b.json", file122, sizeof file122},
    {"models/language/med-palm-2.json", file123, sizeof file123},
    {"models/language/medalpaca-13b.json", file124, sizeof file124},
    {"models/language/medalpaca-7b.json", file125, sizeof file125},
    {"models/language/medcpt.json", file126, sizeof file126},
    {"models/language/meditron-70b.json", file127, sizeof file127},
    {"models/language/meditron-7b.json", file128, sizeof file128},
    {"models/language/medprompt.json", file129, sizeof file129},
    {"models/language/medroberta-nl.json", file130, sizeof file130},
    {"models/language/megatron-gpt-1.3b.json", file131, sizeof file131},
    {"models/language/mistral-7b.json", file132, sizeof file132},
    {"models/language/oncogpt-7b.json", file133, sizeof file133},
    {"models/language/open-llama-3b.json", file134, sizeof file134},
    {"models/language/pmc-llama-13b.json", file135, sizeof file135},
    {"models/language/pmc-llama-7b.json", file136, sizeof file136},
    {"models/language/pubmedbert.json", file137, sizeof file137},
    {"models/language/qilin-med.json", file138, sizeof file138},
    {"models/language/qwen-7b.json", file139, sizeof file139},
    {"models/language/roberta-base.json", file140, sizeof file140},
    {"models/language/roberta-large.json", file141, sizeof file141},
    {"models/language/scibert.json", file142, sizeof file142},
    {"models/language/taiyi-7b.json", file143, sizeof file143},
    {"models/language/text-embedding-ada-002.json", file144, sizeof file144},
    {"models/language/visual-med-alpaca.json", file145, sizeof file145},
    {"models/language/zhongjing-13b.json", file146, sizeof file146},
    {"models/multimodal/biomedclip.json", file147, sizeof file147},
    {"models/multimodal/chambon-sd.json", file148, sizeof file148},
    {"models/multimodal/chexzero.json", file149, sizeof file149},
    {"models/multimodal/clip-vit-b-16.json", file150, sizeof file150},
    {"models/multimodal/clip-vit-b-32.json", file151, sizeof file151},
    {"models/multimodal/clip-vit-l-14-336.json", file152, sizeof file152},
    {"models/multimodal/clip-vit-l-14.json", file153, sizeof file153},
    {"models/multimodal/etp-ecg-resnet18.json", file154, sizeof file154},
    {"models/multimodal/plip.json", file155, sizeof file155},
    {"models/multimodal/pubmedclip.json", file156, sizeof file156},
    {"models/multimodal/quiltnet.json", file157, sizeof file157},
    {"models/multimodal/roentgen.json", file158, sizeof file158},
    {"models/multimodal/sd1-unet.json", file159, sizeof file159},
    {"models/multimodal/sd1-vae.json", file160, sizeof file160},
    {"models/multimodal/sd2-unet.json", file161, sizeof file161},
    {"models/multimodal/stable-diffusion-v1.json", file162, sizeof file162},
    {"models/multimodal/stable-diffusion-v2.json", file163, sizeof file163},
    {"models/multimodal/vit-bert-dual.json", file164, sizeof file164},
    {"models/vision/c2l-densenet121.json", file165, sizeof file165},
    {"models/vision/c2l-resnet18.json", file166, sizeof file166},
    {"models/vision/campanella-vit-s.json", file167, sizeof file167},
    {"models/vision/ciga-resnet18.json", file168, sizeof file168},
    {"models/vision/clip-rn101-visual.json", file169, sizeof file169},
    {"models/vision/clip-rn50-visual.json", file170, sizeof file170},
    {"models/vision/clip-rn50x4-visual.json", file171, sizeof file171},
    {"models/vision/ctranspath.json", file172, sizeof file172},
    {"models/vision/densenet121-3d.json", file173, sizeof file173},
    {"models/vision/densenet121.json", file174, sizeof file174},
    {"models/vision/densenet161.json", file175, sizeof file175},
    {"models/vision/densenet169.json", file176, sizeof file176},
    {"models/vision/densenet201.json", file177, sizeof file177},
    {"models/vision/dinov2-vitb14.json", file178, sizeof file178},
    {"models/vision/dinov2-vitg14.json", file179, sizeof file179},
    {"models/vision/dinov2-vitl14.json", file180, sizeof file180},
    {"models/vision/dinov2-vits14.json", file181, sizeof file181},
    {"models/vision/efficientnet_b0.json", file182, sizeof file182},
    {"models/vision/efficientnet_b1.json", file183, sizeof file183},
    {"models/vision/efficientnet_b2.json", file184, sizeof file184},
    {"models/vision/efficientnet_b3.json", file185, sizeof file185},
    {"models/vision/efficientnet_b4.json", file186, sizeof file186},
    {"models/vision/efficientnet_b5.json", file187, sizeof file187},
    {"models/vision/efficientnet_b6.json", file188, sizeof file188},
    {"models/vision/efficientnet_b7.json", file189, sizeof file189},
    {"models/vision/ghesu-resnet50w2.json", file190, sizeof file190},
    {"models/vision/gigapath-tile.json", file191, sizeof file191},
    {"models/vision/gvsl-unet.json", file192, sizeof file192},
    {"models/vision/lvm-med-resnet50.json", file193, sizeof file193},
    {"models/vision/med3d-resnet10.json", file194, sizeof file194},
    {"models/vision/med3d-resnet101.json", file195, sizeof file195},
    {"models/vision/med3d-resnet152.json", file196, sizeof file196},
    {"models/vision/med3d-resnet18.json", file197, sizeof file197},
    {"models/vision/med3d-resnet200.json", file198, sizeof file198},
    {"models/vision/med3d-resnet34.json", file199, sizeof file199},
    {"models/vision/med3d-resnet50.json", file200, sizeof file200},
    {"models/vision/medsam-vit-b.json", file201, sizeof file201},
    {"models/vision/mis-fm-pctnet.json", file202, sizeof file202},
    {"models/vision/moco-cxr-densenet121.json", file203, sizeof file203},
    {"models/vision/moco-cxr-resnet18.json", file204, sizeof file204},
    {"models/vision/models-genesis-unet3d.json", file205, sizeof file205},
    {"models/vision/nnunet-2d.json", file206, sizeof file206},
    {"models/vision/nnunet-3d-fullres.json", file207, sizeof file207},
    {"models/vision/nnunet-resenc-l.json", file208, sizeof file208},
    {"models/vision/nnunet-resenc-m.json", file209, sizeof file209},
    {"models/vision/nnunet-resenc-xl.json", file210, sizeof file210},
    {"models/vision/r3d18.json", file211, sizeof file211},
    {"models/vision/resnet101.json", file212, sizeof file212},
    {"models/vision/resnet152.json", file213, sizeof file213},
    {"models/vision/resnet18.json", file214, sizeof file214},
    {"models/vision/resnet34.json", file215, sizeof file215},
    {"models/vision/resnet50.json", file216, sizeof file216},
    {"models/vision/resnext101_32x8d.json", file217, sizeof file217},
    {"models/vision/resnext101_64x4d.json", file218, sizeof file218},
    {"models/vision/resnext50_32x4d.json", file219, sizeof file219},
    {"models/vision/retfound.json", file220, sizeof file220},
    {"models/vision/rudolfv.json", file221, sizeof file221},
    {"models/vision/sam-mask-decoder.json", file222, sizeof file222},
    {"models/vision/sam-vit_b-image-encoder.json", file223, sizeof file223},
    {"models/vision/sam-vit_b.json", file224, sizeof file224},
    {"models/vision/sam-vit_h-image-encoder.json", file225, sizeof file225},
    {"models/vision/sam-vit_h.json", file226, sizeof file226},
    {"models/vision/sam-vit_l-image-encoder.json", file227, sizeof file227},
    {"models/vision/sam-vit_l.json", file228, sizeof file228},
    {"models/vision/segresnet-brats.json", file229, sizeof file229},
    {"models/vision/segresnet.json", file230, sizeof file230},
    {"models/vision/stunet-b.json", file231, sizeof file231},
    {"models/vision/stunet-h.json", file232, sizeof file232},
    {"models/vision/stunet-l.json", file233, sizeof file233},
    {"models/vision/stunet-s.json", file234, sizeof file234},
    {"models/vision/swin_base_patch4_window7_224.json", file235, sizeof file235},
    {"models/vision/swin_large_patch4_window7_224.json", file236, sizeof file236},
    {"models/vision/swin_small_patch4_window7_224.json", file237, sizeof file237},
    {"models/vision/swin_tiny_patch4_window7_224.json", file238, sizeof file238},
    {"models/vision/swinunetr-24.json", file239, sizeof file239},
    {"models/vision/swinunetr-48.json", file240, sizeof file240},
    {"models/vision/swinunetr-v2-48.json", file241, sizeof file241},
    {"models/vision/transvw-unet3d.json", file242, sizeof file242},
    {"models/vision/unet-resnet18-smp.json", file243, sizeof file243},
    {"models/vision/unet-resnet34-smp.json", file244, sizeof file244},
    {"models/vision/unet-resnet50-smp.json", file245, sizeof file245},
    {"models/vision/unet2d-basic.json", file246, sizeof file246},
    {"models/vision/uni.json", file247, sizeof file247},
    {"models/vision/uni2-h.json", file248, sizeof file248},
    {"models/vision/universeg.json", file249, sizeof file249},
    {"models/vision/virchow.json", file250, sizeof file250},
    {"models/vision/virchow2.json", file251, sizeof file251},
    {"models/vision/visionfm.json", file252, sizeof file252},
    {"models/vision/vit-b-16.json", file253, sizeof file253},
    {"models/vision/vit-h-14.json", file254, sizeof file254},
    {"models/vision/vit-l-16.json", file255, sizeof file255},
    {"models/vision/vit-s-16.json", file256, sizeof file256},
    {"models/vision/wide_resnet101_2.json", file257, sizeof file257},
    {"models/vision/wide_resnet50_2.json", file258, sizeof file258},
    {"models/vision/yolov8l.json", file259, sizeof file259},
    {"models/vision/yolov8m.json", file260, sizeof file260},
    {"models/vision/yolov8n.json", file261, sizeof file261},
    {"models/vision/yolov8s.json", file262, sizeof file262},
    {"models/vision/yolov8x.json", file263, sizeof file263},
    {"survey.json", file264, sizeof file264},
    {0, 0, 0},
};
const long CProfilesCount = 265;
