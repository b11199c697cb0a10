// Written by scripts/embed-profiles.sh; do not edit.
#include "CProfiles.h"

static const unsigned char file0[] = {
#embed "../../Profiles/clusters/a100-80gb.json"
};
static const unsigned char file1[] = {
#embed "../../Profiles/clusters/cpu-epyc-9654.json"
};
static const unsigned char file2[] = {
#embed "../../Profiles/clusters/dgx-a100-40gb.json"
};
static const unsigned char file3[] = {
#embed "../../Profiles/clusters/dgx-a100-80gb.json"
};
static const unsigned char file4[] = {
#embed "../../Profiles/clusters/dgx-a100-superpod.json"
};
static const unsigned char file5[] = {
#embed "../../Profiles/clusters/dgx-b200-superpod.json"
};
static const unsigned char file6[] = {
#embed "../../Profiles/clusters/dgx-b200.json"
};
static const unsigned char file7[] = {
#embed "../../Profiles/clusters/dgx-b300-superpod.json"
};
static const unsigned char file8[] = {
#embed "../../Profiles/clusters/dgx-h100-superpod.json"
};
static const unsigned char file9[] = {
#embed "../../Profiles/clusters/dgx-h100.json"
};
static const unsigned char file10[] = {
#embed "../../Profiles/clusters/dgx-h200.json"
};
static const unsigned char file11[] = {
#embed "../../Profiles/clusters/dgx1-v100-32gb.json"
};
static const unsigned char file12[] = {
#embed "../../Profiles/clusters/dgx2-v100.json"
};
static const unsigned char file13[] = {
#embed "../../Profiles/clusters/gaudi2-8.json"
};
static const unsigned char file14[] = {
#embed "../../Profiles/clusters/gb200-nvl72-superpod.json"
};
static const unsigned char file15[] = {
#embed "../../Profiles/clusters/gb300-nvl72-superpod.json"
};
static const unsigned char file16[] = {
#embed "../../Profiles/clusters/h100-80gb.json"
};
static const unsigned char file17[] = {
#embed "../../Profiles/clusters/hospital-2x-h100-pcie.json"
};
static const unsigned char file18[] = {
#embed "../../Profiles/clusters/hospital-2x8-a100-40gb.json"
};
static const unsigned char file19[] = {
#embed "../../Profiles/clusters/hospital-4x4-l40s.json"
};
static const unsigned char file20[] = {
#embed "../../Profiles/clusters/jean-zay-a100.json"
};
static const unsigned char file21[] = {
#embed "../../Profiles/clusters/jean-zay-v100.json"
};
static const unsigned char file22[] = {
#embed "../../Profiles/clusters/meta-h100-24k.json"
};
static const unsigned char file23[] = {
#embed "../../Profiles/clusters/meta-rsc.json"
};
static const unsigned char file24[] = {
#embed "../../Profiles/clusters/mi300x-8.json"
};
static const unsigned char file25[] = {
#embed "../../Profiles/clusters/mosaicml-a100-40gb.json"
};
static const unsigned char file26[] = {
#embed "../../Profiles/clusters/mosaicml-a100-80gb.json"
};
static const unsigned char file27[] = {
#embed "../../Profiles/clusters/mosaicml-h100.json"
};
static const unsigned char file28[] = {
#embed "../../Profiles/clusters/selene-a100.json"
};
static const unsigned char file29[] = {
#embed "../../Profiles/clusters/server-4x-a10.json"
};
static const unsigned char file30[] = {
#embed "../../Profiles/clusters/server-4x-t4.json"
};
static const unsigned char file31[] = {
#embed "../../Profiles/clusters/server-8x-rtx-4090.json"
};
static const unsigned char file32[] = {
#embed "../../Profiles/clusters/torchtitan-h100.json"
};
static const unsigned char file33[] = {
#embed "../../Profiles/clusters/tpu-v4-pod.json"
};
static const unsigned char file34[] = {
#embed "../../Profiles/clusters/tpu-v5e-256.json"
};
static const unsigned char file35[] = {
#embed "../../Profiles/clusters/tpu-v5p-pod.json"
};
static const unsigned char file36[] = {
#embed "../../Profiles/clusters/vtrain-a100.json"
};
static const unsigned char file37[] = {
#embed "../../Profiles/clusters/workstation-2x-rtx-3090.json"
};
static const unsigned char file38[] = {
#embed "../../Profiles/clusters/workstation-2x-rtx-4090.json"
};
static const unsigned char file39[] = {
#embed "../../Profiles/clusters/workstation-4x-rtx-a6000.json"
};
static const unsigned char file40[] = {
#embed "../../Profiles/clusters/workstation-rtx-3060.json"
};
static const unsigned char file41[] = {
#embed "../../Profiles/clusters/workstation-rtx-4090.json"
};
static const unsigned char file42[] = {
#embed "../../Profiles/devices/a10.json"
};
static const unsigned char file43[] = {
#embed "../../Profiles/devices/a100-40gb-pcie.json"
};
static const unsigned char file44[] = {
#embed "../../Profiles/devices/a100-40gb-sxm.json"
};
static const unsigned char file45[] = {
#embed "../../Profiles/devices/a100-80gb-pcie.json"
};
static const unsigned char file46[] = {
#embed "../../Profiles/devices/a100-80gb-sxm.json"
};
static const unsigned char file47[] = {
#embed "../../Profiles/devices/a100-mig-1g.10gb.json"
};
static const unsigned char file48[] = {
#embed "../../Profiles/devices/a100-mig-1g.5gb.json"
};
static const unsigned char file49[] = {
#embed "../../Profiles/devices/a100-mig-2g.10gb.json"
};
static const unsigned char file50[] = {
#embed "../../Profiles/devices/a100-mig-2g.20gb.json"
};
static const unsigned char file51[] = {
#embed "../../Profiles/devices/a100-mig-3g.20gb.json"
};
static const unsigned char file52[] = {
#embed "../../Profiles/devices/a100-mig-3g.40gb.json"
};
static const unsigned char file53[] = {
#embed "../../Profiles/devices/a30.json"
};
static const unsigned char file54[] = {
#embed "../../Profiles/devices/a40.json"
};
static const unsigned char file55[] = {
#embed "../../Profiles/devices/b200.json"
};
static const unsigned char file56[] = {
#embed "../../Profiles/devices/b300.json"
};
static const unsigned char file57[] = {
#embed "../../Profiles/devices/epyc-7742-dual.json"
};
static const unsigned char file58[] = {
#embed "../../Profiles/devices/epyc-7763-dual.json"
};
static const unsigned char file59[] = {
#embed "../../Profiles/devices/epyc-9654-dual.json"
};
static const unsigned char file60[] = {
#embed "../../Profiles/devices/epyc-9965-dual.json"
};
static const unsigned char file61[] = {
#embed "../../Profiles/devices/gaudi2.json"
};
static const unsigned char file62[] = {
#embed "../../Profiles/devices/gaudi3.json"
};
static const unsigned char file63[] = {
#embed "../../Profiles/devices/gb200.json"
};
static const unsigned char file64[] = {
#embed "../../Profiles/devices/gb300.json"
};
static const unsigned char file65[] = {
#embed "../../Profiles/devices/grace-superchip.json"
};
static const unsigned char file66[] = {
#embed "../../Profiles/devices/graviton3.json"
};
static const unsigned char file67[] = {
#embed "../../Profiles/devices/graviton4.json"
};
static const unsigned char file68[] = {
#embed "../../Profiles/devices/h100-80gb-pcie.json"
};
static const unsigned char file69[] = {
#embed "../../Profiles/devices/h100-80gb-sxm.json"
};
static const unsigned char file70[] = {
#embed "../../Profiles/devices/h100-94gb-nvl.json"
};
static const unsigned char file71[] = {
#embed "../../Profiles/devices/h100-96gb-500w.json"
};
static const unsigned char file72[] = {
#embed "../../Profiles/devices/h100-mig-1g.10gb.json"
};
static const unsigned char file73[] = {
#embed "../../Profiles/devices/h100-mig-2g.20gb.json"
};
static const unsigned char file74[] = {
#embed "../../Profiles/devices/h100-mig-3g.40gb.json"
};
static const unsigned char file75[] = {
#embed "../../Profiles/devices/h20.json"
};
static const unsigned char file76[] = {
#embed "../../Profiles/devices/h200.json"
};
static const unsigned char file77[] = {
#embed "../../Profiles/devices/l4.json"
};
static const unsigned char file78[] = {
#embed "../../Profiles/devices/l40s.json"
};
static const unsigned char file79[] = {
#embed "../../Profiles/devices/m1-max.json"
};
static const unsigned char file80[] = {
#embed "../../Profiles/devices/m1-ultra.json"
};
static const unsigned char file81[] = {
#embed "../../Profiles/devices/m2-ultra.json"
};
static const unsigned char file82[] = {
#embed "../../Profiles/devices/m3-max.json"
};
static const unsigned char file83[] = {
#embed "../../Profiles/devices/m3-ultra.json"
};
static const unsigned char file84[] = {
#embed "../../Profiles/devices/m4-max.json"
};
static const unsigned char file85[] = {
#embed "../../Profiles/devices/max-1550.json"
};
static const unsigned char file86[] = {
#embed "../../Profiles/devices/mi100.json"
};
static const unsigned char file87[] = {
#embed "../../Profiles/devices/mi210.json"
};
static const unsigned char file88[] = {
#embed "../../Profiles/devices/mi250.json"
};
static const unsigned char file89[] = {
#embed "../../Profiles/devices/mi250x.json"
};
static const unsigned char file90[] = {
#embed "../../Profiles/devices/mi300x.json"
};
static const unsigned char file91[] = {
#embed "../../Profiles/devices/mi325x.json"
};
static const unsigned char file92[] = {
#embed "../../Profiles/devices/mi350x.json"
};
static const unsigned char file93[] = {
#embed "../../Profiles/devices/mi355x.json"
};
static const unsigned char file94[] = {
#embed "../../Profiles/devices/p100-16gb.json"
};
static const unsigned char file95[] = {
#embed "../../Profiles/devices/p4.json"
};
static const unsigned char file96[] = {
#embed "../../Profiles/devices/quadro-rtx-5000.json"
};
static const unsigned char file97[] = {
#embed "../../Profiles/devices/quadro-rtx-6000.json"
};
static const unsigned char file98[] = {
#embed "../../Profiles/devices/quadro-rtx-8000.json"
};
static const unsigned char file99[] = {
#embed "../../Profiles/devices/rtx-2080-ti.json"
};
static const unsigned char file100[] = {
#embed "../../Profiles/devices/rtx-3060.json"
};
static const unsigned char file101[] = {
#embed "../../Profiles/devices/rtx-3070.json"
};
static const unsigned char file102[] = {
#embed "../../Profiles/devices/rtx-3080-ti.json"
};
static const unsigned char file103[] = {
#embed "../../Profiles/devices/rtx-3080.json"
};
static const unsigned char file104[] = {
#embed "../../Profiles/devices/rtx-3090.json"
};
static const unsigned char file105[] = {
#embed "../../Profiles/devices/rtx-4060-ti-16gb.json"
};
static const unsigned char file106[] = {
#embed "../../Profiles/devices/rtx-4070-ti-super.json"
};
static const unsigned char file107[] = {
#embed "../../Profiles/devices/rtx-4070.json"
};
static const unsigned char file108[] = {
#embed "../../Profiles/devices/rtx-4080.json"
};
static const unsigned char file109[] = {
#embed "../../Profiles/devices/rtx-4090.json"
};
static const unsigned char file110[] = {
#embed "../../Profiles/devices/rtx-5000-ada.json"
};
static const unsigned char file111[] = {
#embed "../../Profiles/devices/rtx-5070-ti.json"
};
static const unsigned char file112[] = {
#embed "../../Profiles/devices/rtx-5080.json"
};
static const unsigned char file113[] = {
#embed "../../Profiles/devices/rtx-5090.json"
};
static const unsigned char file114[] = {
#embed "../../Profiles/devices/rtx-6000-ada.json"
};
static const unsigned char file115[] = {
#embed "../../Profiles/devices/rtx-a4000.json"
};
static const unsigned char file116[] = {
#embed "../../Profiles/devices/rtx-a5000.json"
};
static const unsigned char file117[] = {
#embed "../../Profiles/devices/rtx-a6000.json"
};
static const unsigned char file118[] = {
#embed "../../Profiles/devices/rtx-pro-6000.json"
};
static const unsigned char file119[] = {
#embed "../../Profiles/devices/t4.json"
};
static const unsigned char file120[] = {
#embed "../../Profiles/devices/tpu-v3.json"
};
static const unsigned char file121[] = {
#embed "../../Profiles/devices/tpu-v4.json"
};
static const unsigned char file122[] = {
#embed "../../Profiles/devices/tpu-v5e.json"
};
static const unsigned char file123[] = {
#embed "../../Profiles/devices/tpu-v5p.json"
};
static const unsigned char file124[] = {
#embed "../../Profiles/devices/tpu-v6e.json"
};
static const unsigned char file125[] = {
#embed "../../Profiles/devices/v100-16gb.json"
};
static const unsigned char file126[] = {
#embed "../../Profiles/devices/v100-32gb.json"
};
static const unsigned char file127[] = {
#embed "../../Profiles/devices/xeon-6980p-dual.json"
};
static const unsigned char file128[] = {
#embed "../../Profiles/devices/xeon-8380-dual.json"
};
static const unsigned char file129[] = {
#embed "../../Profiles/devices/xeon-8480-dual.json"
};
static const unsigned char file130[] = {
#embed "../../Profiles/grids/australia.json"
};
static const unsigned char file131[] = {
#embed "../../Profiles/grids/brazil.json"
};
static const unsigned char file132[] = {
#embed "../../Profiles/grids/canada.json"
};
static const unsigned char file133[] = {
#embed "../../Profiles/grids/china.json"
};
static const unsigned char file134[] = {
#embed "../../Profiles/grids/eu.json"
};
static const unsigned char file135[] = {
#embed "../../Profiles/grids/france.json"
};
static const unsigned char file136[] = {
#embed "../../Profiles/grids/germany.json"
};
static const unsigned char file137[] = {
#embed "../../Profiles/grids/india.json"
};
static const unsigned char file138[] = {
#embed "../../Profiles/grids/italy.json"
};
static const unsigned char file139[] = {
#embed "../../Profiles/grids/japan.json"
};
static const unsigned char file140[] = {
#embed "../../Profiles/grids/netherlands.json"
};
static const unsigned char file141[] = {
#embed "../../Profiles/grids/norway.json"
};
static const unsigned char file142[] = {
#embed "../../Profiles/grids/poland.json"
};
static const unsigned char file143[] = {
#embed "../../Profiles/grids/quebec.json"
};
static const unsigned char file144[] = {
#embed "../../Profiles/grids/singapore.json"
};
static const unsigned char file145[] = {
#embed "../../Profiles/grids/south-africa.json"
};
static const unsigned char file146[] = {
#embed "../../Profiles/grids/south-korea.json"
};
static const unsigned char file147[] = {
#embed "../../Profiles/grids/spain.json"
};
static const unsigned char file148[] = {
#embed "../../Profiles/grids/sweden.json"
};
static const unsigned char file149[] = {
#embed "../../Profiles/grids/switzerland.json"
};
static const unsigned char file150[] = {
#embed "../../Profiles/grids/united-kingdom.json"
};
static const unsigned char file151[] = {
#embed "../../Profiles/grids/united-states.json"
};
static const unsigned char file152[] = {
#embed "../../Profiles/grids/us-california.json"
};
static const unsigned char file153[] = {
#embed "../../Profiles/grids/us-virginia.json"
};
static const unsigned char file154[] = {
#embed "../../Profiles/grids/world.json"
};
static const unsigned char file155[] = {
#embed "../../Profiles/models/bioinformatics/3utrbert.json"
};
static const unsigned char file156[] = {
#embed "../../Profiles/models/bioinformatics/codonbert.json"
};
static const unsigned char file157[] = {
#embed "../../Profiles/models/bioinformatics/dnabert-3.json"
};
static const unsigned char file158[] = {
#embed "../../Profiles/models/bioinformatics/dnabert-4.json"
};
static const unsigned char file159[] = {
#embed "../../Profiles/models/bioinformatics/dnabert-5.json"
};
static const unsigned char file160[] = {
#embed "../../Profiles/models/bioinformatics/dnabert-6.json"
};
static const unsigned char file161[] = {
#embed "../../Profiles/models/bioinformatics/dnagpt-0.1b.json"
};
static const unsigned char file162[] = {
#embed "../../Profiles/models/bioinformatics/esm-1b.json"
};
static const unsigned char file163[] = {
#embed "../../Profiles/models/bioinformatics/esm2-150m.json"
};
static const unsigned char file164[] = {
#embed "../../Profiles/models/bioinformatics/esm2-15b.json"
};
static const unsigned char file165[] = {
#embed "../../Profiles/models/bioinformatics/esm2-35m.json"
};
static const unsigned char file166[] = {
#embed "../../Profiles/models/bioinformatics/esm2-3b.json"
};
static const unsigned char file167[] = {
#embed "../../Profiles/models/bioinformatics/esm2-650m.json"
};
static const unsigned char file168[] = {
#embed "../../Profiles/models/bioinformatics/esm2-8m.json"
};
static const unsigned char file169[] = {
#embed "../../Profiles/models/bioinformatics/gena-lm-base.json"
};
static const unsigned char file170[] = {
#embed "../../Profiles/models/bioinformatics/geneformer-12l.json"
};
static const unsigned char file171[] = {
#embed "../../Profiles/models/bioinformatics/geneformer.json"
};
static const unsigned char file172[] = {
#embed "../../Profiles/models/bioinformatics/nucleotide-transformer-2.5b.json"
};
static const unsigned char file173[] = {
#embed "../../Profiles/models/bioinformatics/nucleotide-transformer-500m.json"
};
static const unsigned char file174[] = {
#embed "../../Profiles/models/bioinformatics/protbert.json"
};
static const unsigned char file175[] = {
#embed "../../Profiles/models/bioinformatics/rna-fm.json"
};
static const unsigned char file176[] = {
#embed "../../Profiles/models/bioinformatics/rnabert.json"
};
static const unsigned char file177[] = {
#embed "../../Profiles/models/bioinformatics/splicebert.json"
};
static const unsigned char file178[] = {
#embed "../../Profiles/models/bioinformatics/utr-lm.json"
};
static const unsigned char file179[] = {
#embed "../../Profiles/models/language/alpacare-13b.json"
};
static const unsigned char file180[] = {
#embed "../../Profiles/models/language/alphabert.json"
};
static const unsigned char file181[] = {
#embed "../../Profiles/models/language/baichuan-7b.json"
};
static const unsigned char file182[] = {
#embed "../../Profiles/models/language/baichuan2-7b.json"
};
static const unsigned char file183[] = {
#embed "../../Profiles/models/language/bentsao.json"
};
static const unsigned char file184[] = {
#embed "../../Profiles/models/language/bert-base.json"
};
static const unsigned char file185[] = {
#embed "../../Profiles/models/language/bert-large.json"
};
static const unsigned char file186[] = {
#embed "../../Profiles/models/language/biobert.json"
};
static const unsigned char file187[] = {
#embed "../../Profiles/models/language/biomedlm.json"
};
static const unsigned char file188[] = {
#embed "../../Profiles/models/language/biomistral-7b.json"
};
static const unsigned char file189[] = {
#embed "../../Profiles/models/language/chatdoctor.json"
};
static const unsigned char file190[] = {
#embed "../../Profiles/models/language/clinicalbert.json"
};
static const unsigned char file191[] = {
#embed "../../Profiles/models/language/gatortron-base-345m.json"
};
static const unsigned char file192[] = {
#embed "../../Profiles/models/language/gatortron-large-8.9b.json"
};
static const unsigned char file193[] = {
#embed "../../Profiles/models/language/gatortron-medium-3.9b.json"
};
static const unsigned char file194[] = {
#embed "../../Profiles/models/language/gatortrongpt-20b.json"
};
static const unsigned char file195[] = {
#embed "../../Profiles/models/language/gatortrongpt-5b.json"
};
static const unsigned char file196[] = {
#embed "../../Profiles/models/language/gpt2-large.json"
};
static const unsigned char file197[] = {
#embed "../../Profiles/models/language/gpt2-medium.json"
};
static const unsigned char file198[] = {
#embed "../../Profiles/models/language/gpt2-xl.json"
};
static const unsigned char file199[] = {
#embed "../../Profiles/models/language/gpt2.json"
};
static const unsigned char file200[] = {
#embed "../../Profiles/models/language/huatuogpt-7b.json"
};
static const unsigned char file201[] = {
#embed "../../Profiles/models/language/huatuogpt2-7b.json"
};
static const unsigned char file202[] = {
#embed "../../Profiles/models/language/jmlr-13b.json"
};
static const unsigned char file203[] = {
#embed "../../Profiles/models/language/llama-13b.json"
};
static const unsigned char file204[] = {
#embed "../../Profiles/models/language/llama-33b.json"
};
static const unsigned char file205[] = {
#embed "../../Profiles/models/language/llama-65b.json"
};
static const unsigned char file206[] = {
#embed "../../Profiles/models/language/llama-7b.json"
};
static const unsigned char file207[] = {
#embed "../../Profiles/models/language/llama2-13b.json"
};
static const unsigned char file208[] = {
#embed "../../Profiles/models/language/llama2-70b.json"
};
static const unsigned char file209[] = {
#embed "../../Profiles/models/language/llama2-7b.json"
};
static const unsigned char file210[] = {
#embed "../../Profiles/models/language/llama3-70b.json"
};
static const unsigned char file211[] = {
#embed "../../Profiles/models/language/llama3-8b.json"
};
static const unsigned char file212[] = {
#embed "../../Profiles/models/language/me-llama-13b.json"
};
static const unsigned char file213[] = {
#embed "../../Profiles/models/language/me-llama-70b.json"
};
static const unsigned char file214[] = {
#embed "../../Profiles/models/language/medalpaca-13b.json"
};
static const unsigned char file215[] = {
#embed "../../Profiles/models/language/medalpaca-7b.json"
};
static const unsigned char file216[] = {
#embed "../../Profiles/models/language/medcpt.json"
};
static const unsigned char file217[] = {
#embed "../../Profiles/models/language/meditron-70b.json"
};
static const unsigned char file218[] = {
#embed "../../Profiles/models/language/meditron-7b.json"
};
static const unsigned char file219[] = {
#embed "../../Profiles/models/language/medroberta-nl.json"
};
static const unsigned char file220[] = {
#embed "../../Profiles/models/language/megatron-gpt-1.3b.json"
};
static const unsigned char file221[] = {
#embed "../../Profiles/models/language/mistral-7b.json"
};
static const unsigned char file222[] = {
#embed "../../Profiles/models/language/oncogpt-7b.json"
};
static const unsigned char file223[] = {
#embed "../../Profiles/models/language/open-llama-3b.json"
};
static const unsigned char file224[] = {
#embed "../../Profiles/models/language/pmc-llama-13b.json"
};
static const unsigned char file225[] = {
#embed "../../Profiles/models/language/pmc-llama-7b.json"
};
static const unsigned char file226[] = {
#embed "../../Profiles/models/language/pubmedbert.json"
};
static const unsigned char file227[] = {
#embed "../../Profiles/models/language/qilin-med.json"
};
static const unsigned char file228[] = {
#embed "../../Profiles/models/language/qwen-7b.json"
};
static const unsigned char file229[] = {
#embed "../../Profiles/models/language/roberta-base.json"
};
static const unsigned char file230[] = {
#embed "../../Profiles/models/language/roberta-large.json"
};
static const unsigned char file231[] = {
#embed "../../Profiles/models/language/scibert.json"
};
static const unsigned char file232[] = {
#embed "../../Profiles/models/language/taiyi-7b.json"
};
static const unsigned char file233[] = {
#embed "../../Profiles/models/language/visual-med-alpaca.json"
};
static const unsigned char file234[] = {
#embed "../../Profiles/models/language/zhongjing-13b.json"
};
static const unsigned char file235[] = {
#embed "../../Profiles/models/multimodal/biomedclip.json"
};
static const unsigned char file236[] = {
#embed "../../Profiles/models/multimodal/chexzero.json"
};
static const unsigned char file237[] = {
#embed "../../Profiles/models/multimodal/clip-vit-b-16.json"
};
static const unsigned char file238[] = {
#embed "../../Profiles/models/multimodal/clip-vit-b-32.json"
};
static const unsigned char file239[] = {
#embed "../../Profiles/models/multimodal/clip-vit-l-14-336.json"
};
static const unsigned char file240[] = {
#embed "../../Profiles/models/multimodal/clip-vit-l-14.json"
};
static const unsigned char file241[] = {
#embed "../../Profiles/models/multimodal/plip.json"
};
static const unsigned char file242[] = {
#embed "../../Profiles/models/multimodal/pubmedclip.json"
};
static const unsigned char file243[] = {
#embed "../../Profiles/models/multimodal/quiltnet.json"
};
static const unsigned char file244[] = {
#embed "../../Profiles/models/multimodal/vit-bert-dual.json"
};
static const unsigned char file245[] = {
#embed "../../Profiles/models/vision/campanella-vit-s.json"
};
static const unsigned char file246[] = {
#embed "../../Profiles/models/vision/dinov2-vitb14.json"
};
static const unsigned char file247[] = {
#embed "../../Profiles/models/vision/dinov2-vitg14.json"
};
static const unsigned char file248[] = {
#embed "../../Profiles/models/vision/dinov2-vitl14.json"
};
static const unsigned char file249[] = {
#embed "../../Profiles/models/vision/dinov2-vits14.json"
};
static const unsigned char file250[] = {
#embed "../../Profiles/models/vision/gigapath-tile.json"
};
static const unsigned char file251[] = {
#embed "../../Profiles/models/vision/retfound.json"
};
static const unsigned char file252[] = {
#embed "../../Profiles/models/vision/rudolfv.json"
};
static const unsigned char file253[] = {
#embed "../../Profiles/models/vision/uni.json"
};
static const unsigned char file254[] = {
#embed "../../Profiles/models/vision/uni2-h.json"
};
static const unsigned char file255[] = {
#embed "../../Profiles/models/vision/virchow.json"
};
static const unsigned char file256[] = {
#embed "../../Profiles/models/vision/virchow2.json"
};
static const unsigned char file257[] = {
#embed "../../Profiles/models/vision/visionfm.json"
};
static const unsigned char file258[] = {
#embed "../../Profiles/models/vision/vit-b-16.json"
};
static const unsigned char file259[] = {
#embed "../../Profiles/models/vision/vit-h-14.json"
};
static const unsigned char file260[] = {
#embed "../../Profiles/models/vision/vit-l-16.json"
};
static const unsigned char file261[] = {
#embed "../../Profiles/models/vision/vit-s-16.json"
};

const CProfilesFile CProfilesFiles[] = {
    {"clusters/a100-80gb.json", file0, sizeof file0},
    {"clusters/cpu-epyc-9654.json", file1, sizeof file1},
    {"clusters/dgx-a100-40gb.json", file2, sizeof file2},
    {"clusters/dgx-a100-80gb.json", file3, sizeof file3},
    {"clusters/dgx-a100-superpod.json", file4, sizeof file4},
    {"clusters/dgx-b200-superpod.json", file5, sizeof file5},
    {"clusters/dgx-b200.json", file6, sizeof file6},
    {"clusters/dgx-b300-superpod.json", file7, sizeof file7},
    {"clusters/dgx-h100-superpod.json", file8, sizeof file8},
    {"clusters/dgx-h100.json", file9, sizeof file9},
    {"clusters/dgx-h200.json", file10, sizeof file10},
    {"clusters/dgx1-v100-32gb.json", file11, sizeof file11},
    {"clusters/dgx2-v100.json", file12, sizeof file12},
    {"clusters/gaudi2-8.json", file13, sizeof file13},
    {"clusters/gb200-nvl72-superpod.json", file14, sizeof file14},
    {"clusters/gb300-nvl72-superpod.json", file15, sizeof file15},
    {"clusters/h100-80gb.json", file16, sizeof file16},
    {"clusters/hospital-2x-h100-pcie.json", file17, sizeof file17},
    {"clusters/hospital-2x8-a100-40gb.json", file18, sizeof file18},
    {"clusters/hospital-4x4-l40s.json", file19, sizeof file19},
    {"clusters/jean-zay-a100.json", file20, sizeof file20},
    {"clusters/jean-zay-v100.json", file21, sizeof file21},
    {"clusters/meta-h100-24k.json", file22, sizeof file22},
    {"clusters/meta-rsc.json", file23, sizeof file23},
    {"clusters/mi300x-8.json", file24, sizeof file24},
    {"clusters/mosaicml-a100-40gb.json", file25, sizeof file25},
    {"clusters/mosaicml-a100-80gb.json", file26, sizeof file26},
    {"clusters/mosaicml-h100.json", file27, sizeof file27},
    {"clusters/selene-a100.json", file28, sizeof file28},
    {"clusters/server-4x-a10.json", file29, sizeof file29},
    {"clusters/server-4x-t4.json", file30, sizeof file30},
    {"clusters/server-8x-rtx-4090.json", file31, sizeof file31},
    {"clusters/torchtitan-h100.json", file32, sizeof file32},
    {"clusters/tpu-v4-pod.json", file33, sizeof file33},
    {"clusters/tpu-v5e-256.json", file34, sizeof file34},
    {"clusters/tpu-v5p-pod.json", file35, sizeof file35},
    {"clusters/vtrain-a100.json", file36, sizeof file36},
    {"clusters/workstation-2x-rtx-3090.json", file37, sizeof file37},
    {"clusters/workstation-2x-rtx-4090.json", file38, sizeof file38},
    {"clusters/workstation-4x-rtx-a6000.json", file39, sizeof file39},
    {"clusters/workstation-rtx-3060.json", file40, sizeof file40},
    {"clusters/workstation-rtx-4090.json", file41, sizeof file41},
    {"devices/a10.json", file42, sizeof file42},
    {"devices/a100-40gb-pcie.json", file43, sizeof file43},
    {"devices/a100-40gb-sxm.json", file44, sizeof file44},
    {"devices/a100-80gb-pcie.json", file45, sizeof file45},
    {"devices/a100-80gb-sxm.json", file46, sizeof file46},
    {"devices/a100-mig-1g.10gb.json", file47, sizeof file47},
    {"devices/a100-mig-1g.5gb.json", file48, sizeof file48},
    {"devices/a100-mig-2g.10gb.json", file49, sizeof file49},
    {"devices/a100-mig-2g.20gb.json", file50, sizeof file50},
    {"devices/a100-mig-3g.20gb.json", file51, sizeof file51},
    {"devices/a100-mig-3g.40gb.json", file52, sizeof file52},
    {"devices/a30.json", file53, sizeof file53},
    {"devices/a40.json", file54, sizeof file54},
    {"devices/b200.json", file55, sizeof file55},
    {"devices/b300.json", file56, sizeof file56},
    {"devices/epyc-7742-dual.json", file57, sizeof file57},
    {"devices/epyc-7763-dual.json", file58, sizeof file58},
    {"devices/epyc-9654-dual.json", file59, sizeof file59},
    {"devices/epyc-9965-dual.json", file60, sizeof file60},
    {"devices/gaudi2.json", file61, sizeof file61},
    {"devices/gaudi3.json", file62, sizeof file62},
    {"devices/gb200.json", file63, sizeof file63},
    {"devices/gb300.json", file64, sizeof file64},
    {"devices/grace-superchip.json", file65, sizeof file65},
    {"devices/graviton3.json", file66, sizeof file66},
    {"devices/graviton4.json", file67, sizeof file67},
    {"devices/h100-80gb-pcie.json", file68, sizeof file68},
    {"devices/h100-80gb-sxm.json", file69, sizeof file69},
    {"devices/h100-94gb-nvl.json", file70, sizeof file70},
    {"devices/h100-96gb-500w.json", file71, sizeof file71},
    {"devices/h100-mig-1g.10gb.json", file72, sizeof file72},
    {"devices/h100-mig-2g.20gb.json", file73, sizeof file73},
    {"devices/h100-mig-3g.40gb.json", file74, sizeof file74},
    {"devices/h20.json", file75, sizeof file75},
    {"devices/h200.json", file76, sizeof file76},
    {"devices/l4.json", file77, sizeof file77},
    {"devices/l40s.json", file78, sizeof file78},
    {"devices/m1-max.json", file79, sizeof file79},
    {"devices/m1-ultra.json", file80, sizeof file80},
    {"devices/m2-ultra.json", file81, sizeof file81},
    {"devices/m3-max.json", file82, sizeof file82},
    {"devices/m3-ultra.json", file83, sizeof file83},
    {"devices/m4-max.json", file84, sizeof file84},
    {"devices/max-1550.json", file85, sizeof file85},
    {"devices/mi100.json", file86, sizeof file86},
    {"devices/mi210.json", file87, sizeof file87},
    {"devices/mi250.json", file88, sizeof file88},
    {"devices/mi250x.json", file89, sizeof file89},
    {"devices/mi300x.json", file90, sizeof file90},
    {"devices/mi325x.json", file91, sizeof file91},
    {"devices/mi350x.json", file92, sizeof file92},
    {"devices/mi355x.json", file93, sizeof file93},
    {"devices/p100-16gb.json", file94, sizeof file94},
    {"devices/p4.json", file95, sizeof file95},
    {"devices/quadro-rtx-5000.json", file96, sizeof file96},
    {"devices/quadro-rtx-6000.json", file97, sizeof file97},
    {"devices/quadro-rtx-8000.json", file98, sizeof file98},
    {"devices/rtx-2080-ti.json", file99, sizeof file99},
    {"devices/rtx-3060.json", file100, sizeof file100},
    {"devices/rtx-3070.json", file101, sizeof file101},
    {"devices/rtx-3080-ti.json", file102, sizeof file102},
    {"devices/rtx-3080.json", file103, sizeof file103},
    {"devices/rtx-3090.json", file104, sizeof file104},
    {"devices/rtx-4060-ti-16gb.json", file105, sizeof file105},
    {"devices/rtx-4070-ti-super.json", file106, sizeof file106},
    {"devices/rtx-4070.json", file107, sizeof file107},
    {"devices/rtx-4080.json", file108, sizeof file108},
    {"devices/rtx-4090.json", file109, sizeof file109},
    {"devices/rtx-5000-ada.json", file110, sizeof file110},
    {"devices/rtx-5070-ti.json", file111, sizeof file111},
    {"devices/rtx-5080.json", file112, sizeof file112},
    {"devices/rtx-5090.json", file113, sizeof file113},
    {"devices/rtx-6000-ada.json", file114, sizeof file114},
    {"devices/rtx-a4000.json", file115, sizeof file115},
    {"devices/rtx-a5000.json", file116, sizeof file116},
    {"devices/rtx-a6000.json", file117, sizeof file117},
    {"devices/rtx-pro-6000.json", file118, sizeof file118},
    {"devices/t4.json", file119, sizeof file119},
    {"devices/tpu-v3.json", file120, sizeof file120},
    {"devices/tpu-v4.json", file121, sizeof file121},
    {"devices/tpu-v5e.json", file122, sizeof file122},
    {"devices/tpu-v5p.json", file123, sizeof file123},
    {"devices/tpu-v6e.json", file124, sizeof file124},
    {"devices/v100-16gb.json", file125, sizeof file125},
    {"devices/v100-32gb.json", file126, sizeof file126},
    {"devices/xeon-6980p-dual.json", file127, sizeof file127},
    {"devices/xeon-8380-dual.json", file128, sizeof file128},
    {"devices/xeon-8480-dual.json", file129, sizeof file129},
    {"grids/australia.json", file130, sizeof file130},
    {"grids/brazil.json", file131, sizeof file131},
    {"grids/canada.json", file132, sizeof file132},
    {"grids/china.json", file133, sizeof file133},
    {"grids/eu.json", file134, sizeof file134},
    {"grids/france.json", file135, sizeof file135},
    {"grids/germany.json", file136, sizeof file136},
    {"grids/india.json", file137, sizeof file137},
    {"grids/italy.json", file138, sizeof file138},
    {"grids/japan.json", file139, sizeof file139},
    {"grids/netherlands.json", file140, sizeof file140},
    {"grids/norway.json", file141, sizeof file141},
    {"grids/poland.json", file142, sizeof file142},
    {"grids/quebec.json", file143, sizeof file143},
    {"grids/singapore.json", file144, sizeof file144},
    {"grids/south-africa.json", file145, sizeof file145},
    {"grids/south-korea.json", file146, sizeof file146},
    {"grids/spain.json", file147, sizeof file147},
    {"grids/sweden.json", file148, sizeof file148},
    {"grids/switzerland.json", file149, sizeof file149},
    {"grids/united-kingdom.json", file150, sizeof file150},
    {"grids/united-states.json", file151, sizeof file151},
    {"grids/us-california.json", file152, sizeof file152},
    {"grids/us-virginia.json", file153, sizeof file153},
    {"grids/world.json", file154, sizeof file154},
    {"models/bioinformatics/3utrbert.json", file155, sizeof file155},
    {"models/bioinformatics/codonbert.json", file156, sizeof file156},
    {"models/bioinformatics/dnabert-3.json", file157, sizeof file157},
    {"models/bioinformatics/dnabert-4.json", file158, sizeof file158},
    {"models/bioinformatics/dnabert-5.json", file159, sizeof file159},
    {"models/bioinformatics/dnabert-6.json", file160, sizeof file160},
    {"models/bioinformatics/dnagpt-0.1b.json", file161, sizeof file161},
    {"models/bioinformatics/esm-1b.json", file162, sizeof file162},
    {"models/bioinformatics/esm2-150m.json", file163, sizeof file163},
    {"models/bioinformatics/esm2-15b.json", file164, sizeof file164},
    {"models/bioinformatics/esm2-35m.json", file165, sizeof file165},
    {"models/bioinformatics/esm2-3b.json", file166, sizeof file166},
    {"models/bioinformatics/esm2-650m.json", file167, sizeof file167},
    {"models/bioinformatics/esm2-8m.json", file168, sizeof file168},
    {"models/bioinformatics/gena-lm-base.json", file169, sizeof file169},
    {"models/bioinformatics/geneformer-12l.json", file170, sizeof file170},
    {"models/bioinformatics/geneformer.json", file171, sizeof file171},
    {"models/bioinformatics/nucleotide-transformer-2.5b.json", file172, sizeof file172},
    {"models/bioinformatics/nucleotide-transformer-500m.json", file173, sizeof file173},
    {"models/bioinformatics/protbert.json", file174, sizeof file174},
    {"models/bioinformatics/rna-fm.json", file175, sizeof file175},
    {"models/bioinformatics/rnabert.json", file176, sizeof file176},
    {"models/bioinformatics/splicebert.json", file177, sizeof file177},
    {"models/bioinformatics/utr-lm.json", file178, sizeof file178},
    {"models/language/alpacare-13b.json", file179, sizeof file179},
    {"models/language/alphabert.json", file180, sizeof file180},
    {"models/language/baichuan-7b.json", file181, sizeof file181},
    {"models/language/baichuan2-7b.json", file182, sizeof file182},
    {"models/language/bentsao.json", file183, sizeof file183},
    {"models/language/bert-base.json", file184, sizeof file184},
    {"models/language/bert-large.json", file185, sizeof file185},
    {"models/language/biobert.json", file186, sizeof file186},
    {"models/language/biomedlm.json", file187, sizeof file187},
    {"models/language/biomistral-7b.json", file188, sizeof file188},
    {"models/language/chatdoctor.json", file189, sizeof file189},
    {"models/language/clinicalbert.json", file190, sizeof file190},
    {"models/language/gatortron-base-345m.json", file191, sizeof file191},
    {"models/language/gatortron-large-8.9b.json", file192, sizeof file192},
    {"models/language/gatortron-medium-3.9b.json", file193, sizeof file193},
    {"models/language/gatortrongpt-20b.json", file194, sizeof file194},
    {"models/language/gatortrongpt-5b.json", file195, sizeof file195},
    {"models/language/gpt2-large.json", file196, sizeof file196},
    {"models/language/gpt2-medium.json", file197, sizeof file197},
    {"models/language/gpt2-xl.json", file198, sizeof file198},
    {"models/language/gpt2.json", file199, sizeof file199},
    {"models/language/huatuogpt-7b.json", file200, sizeof file200},
    {"models/language/huatuogpt2-7b.json", file201, sizeof file201},
    {"models/language/jmlr-13b.json", file202, sizeof file202},
    {"models/language/llama-13b.json", file203, sizeof file203},
    {"models/language/llama-33b.json", file204, sizeof file204},
    {"models/language/llama-65b.json", file205, sizeof file205},
    {"models/language/llama-7b.json", file206, sizeof file206},
    {"models/language/llama2-13b.json", file207, sizeof file207},
    {"models/language/llama2-70b.json", file208, sizeof file208},
    {"models/language/llama2-7b.json", file209, sizeof file209},
    {"models/language/llama3-70b.json", file210, sizeof file210},
    {"models/language/llama3-8b.json", file211, sizeof file211},
    {"models/language/me-llama-13b.json", file212, sizeof file212},
    {"models/language/me-llama-70b.json", file213, sizeof file213},
    {"models/language/medalpaca-13b.json", file214, sizeof file214},
    {"models/language/medalpaca-7b.json", file215, sizeof file215},
    {"models/language/medcpt.json", file216, sizeof file216},
    {"models/language/meditron-70b.json", file217, sizeof file217},
    {"models/language/meditron-7b.json", file218, sizeof file218},
    {"models/language/medroberta-nl.json", file219, sizeof file219},
    {"models/language/megatron-gpt-1.3b.json", file220, sizeof file220},
    {"models/language/mistral-7b.json", file221, sizeof file221},
    {"models/language/oncogpt-7b.json", file222, sizeof file222},
    {"models/language/open-llama-3b.json", file223, sizeof file223},
    {"models/language/pmc-llama-13b.json", file224, sizeof file224},
    {"models/language/pmc-llama-7b.json", file225, sizeof file225},
    {"models/language/pubmedbert.json", file226, sizeof file226},
    {"models/language/qilin-med.json", file227, sizeof file227},
    {"models/language/qwen-7b.json", file228, sizeof file228},
    {"models/language/roberta-base.json", file229, sizeof file229},
    {"models/language/roberta-large.json", file230, sizeof file230},
    {"models/language/scibert.json", file231, sizeof file231},
    {"models/language/taiyi-7b.json", file232, sizeof file232},
    {"models/language/visual-med-alpaca.json", file233, sizeof file233},
    {"models/language/zhongjing-13b.json", file234, sizeof file234},
    {"models/multimodal/biomedclip.json", file235, sizeof file235},
    {"models/multimodal/chexzero.json", file236, sizeof file236},
    {"models/multimodal/clip-vit-b-16.json", file237, sizeof file237},
    {"models/multimodal/clip-vit-b-32.json", file238, sizeof file238},
    {"models/multimodal/clip-vit-l-14-336.json", file239, sizeof file239},
    {"models/multimodal/clip-vit-l-14.json", file240, sizeof file240},
    {"models/multimodal/plip.json", file241, sizeof file241},
    {"models/multimodal/pubmedclip.json", file242, sizeof file242},
    {"models/multimodal/quiltnet.json", file243, sizeof file243},
    {"models/multimodal/vit-bert-dual.json", file244, sizeof file244},
    {"models/vision/campanella-vit-s.json", file245, sizeof file245},
    {"models/vision/dinov2-vitb14.json", file246, sizeof file246},
    {"models/vision/dinov2-vitg14.json", file247, sizeof file247},
    {"models/vision/dinov2-vitl14.json", file248, sizeof file248},
    {"models/vision/dinov2-vits14.json", file249, sizeof file249},
    {"models/vision/gigapath-tile.json", file250, sizeof file250},
    {"models/vision/retfound.json", file251, sizeof file251},
    {"models/vision/rudolfv.json", file252, sizeof file252},
    {"models/vision/uni.json", file253, sizeof file253},
    {"models/vision/uni2-h.json", file254, sizeof file254},
    {"models/vision/virchow.json", file255, sizeof file255},
    {"models/vision/virchow2.json", file256, sizeof file256},
    {"models/vision/visionfm.json", file257, sizeof file257},
    {"models/vision/vit-b-16.json", file258, sizeof file258},
    {"models/vision/vit-h-14.json", file259, sizeof file259},
    {"models/vision/vit-l-16.json", file260, sizeof file260},
    {"models/vision/vit-s-16.json", file261, sizeof file261},
    {0, 0, 0},
};
const long CProfilesCount = 262;
