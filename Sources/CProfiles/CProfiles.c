// Written by scripts/embed-profiles.sh; do not edit.
#include "CProfiles.h"

static const unsigned char file0[] = {
#embed "../../Profiles/clusters/a100-80gb.json"
};
static const unsigned char file1[] = {
#embed "../../Profiles/clusters/cpu-epyc-9654.json"
};
static const unsigned char file2[] = {
#embed "../../Profiles/clusters/deepseek-h800.json"
};
static const unsigned char file3[] = {
#embed "../../Profiles/clusters/dgx-a100-40gb.json"
};
static const unsigned char file4[] = {
#embed "../../Profiles/clusters/dgx-a100-80gb.json"
};
static const unsigned char file5[] = {
#embed "../../Profiles/clusters/dgx-a100-superpod.json"
};
static const unsigned char file6[] = {
#embed "../../Profiles/clusters/dgx-b200-superpod.json"
};
static const unsigned char file7[] = {
#embed "../../Profiles/clusters/dgx-b200.json"
};
static const unsigned char file8[] = {
#embed "../../Profiles/clusters/dgx-b300-superpod.json"
};
static const unsigned char file9[] = {
#embed "../../Profiles/clusters/dgx-h100-superpod.json"
};
static const unsigned char file10[] = {
#embed "../../Profiles/clusters/dgx-h100.json"
};
static const unsigned char file11[] = {
#embed "../../Profiles/clusters/dgx-h200.json"
};
static const unsigned char file12[] = {
#embed "../../Profiles/clusters/dgx1-v100-32gb.json"
};
static const unsigned char file13[] = {
#embed "../../Profiles/clusters/dgx2-v100.json"
};
static const unsigned char file14[] = {
#embed "../../Profiles/clusters/epfl-a100.json"
};
static const unsigned char file15[] = {
#embed "../../Profiles/clusters/gaudi2-8.json"
};
static const unsigned char file16[] = {
#embed "../../Profiles/clusters/gb200-nvl72-superpod.json"
};
static const unsigned char file17[] = {
#embed "../../Profiles/clusters/gb300-nvl72-superpod.json"
};
static const unsigned char file18[] = {
#embed "../../Profiles/clusters/h100-80gb.json"
};
static const unsigned char file19[] = {
#embed "../../Profiles/clusters/hospital-2x-h100-pcie.json"
};
static const unsigned char file20[] = {
#embed "../../Profiles/clusters/hospital-2x8-a100-40gb.json"
};
static const unsigned char file21[] = {
#embed "../../Profiles/clusters/hospital-4x4-l40s.json"
};
static const unsigned char file22[] = {
#embed "../../Profiles/clusters/jean-zay-a100.json"
};
static const unsigned char file23[] = {
#embed "../../Profiles/clusters/jean-zay-v100.json"
};
static const unsigned char file24[] = {
#embed "../../Profiles/clusters/meta-h100-24k.json"
};
static const unsigned char file25[] = {
#embed "../../Profiles/clusters/meta-rsc.json"
};
static const unsigned char file26[] = {
#embed "../../Profiles/clusters/mi250-4.json"
};
static const unsigned char file27[] = {
#embed "../../Profiles/clusters/mi300x-8.json"
};
static const unsigned char file28[] = {
#embed "../../Profiles/clusters/mosaicml-a100-40gb.json"
};
static const unsigned char file29[] = {
#embed "../../Profiles/clusters/mosaicml-a100-80gb.json"
};
static const unsigned char file30[] = {
#embed "../../Profiles/clusters/mosaicml-h100.json"
};
static const unsigned char file31[] = {
#embed "../../Profiles/clusters/selene-a100.json"
};
static const unsigned char file32[] = {
#embed "../../Profiles/clusters/server-4x-a10.json"
};
static const unsigned char file33[] = {
#embed "../../Profiles/clusters/server-4x-t4.json"
};
static const unsigned char file34[] = {
#embed "../../Profiles/clusters/server-8x-rtx-4090.json"
};
static const unsigned char file35[] = {
#embed "../../Profiles/clusters/torchtitan-h100.json"
};
static const unsigned char file36[] = {
#embed "../../Profiles/clusters/tpu-v4-pod.json"
};
static const unsigned char file37[] = {
#embed "../../Profiles/clusters/tpu-v5e-256.json"
};
static const unsigned char file38[] = {
#embed "../../Profiles/clusters/tpu-v5p-pod.json"
};
static const unsigned char file39[] = {
#embed "../../Profiles/clusters/vtrain-a100.json"
};
static const unsigned char file40[] = {
#embed "../../Profiles/clusters/workstation-2x-rtx-3090.json"
};
static const unsigned char file41[] = {
#embed "../../Profiles/clusters/workstation-2x-rtx-4090.json"
};
static const unsigned char file42[] = {
#embed "../../Profiles/clusters/workstation-4x-rtx-a6000.json"
};
static const unsigned char file43[] = {
#embed "../../Profiles/clusters/workstation-rtx-3060.json"
};
static const unsigned char file44[] = {
#embed "../../Profiles/clusters/workstation-rtx-4090.json"
};
static const unsigned char file45[] = {
#embed "../../Profiles/datasets/bioinformatics.json"
};
static const unsigned char file46[] = {
#embed "../../Profiles/datasets/comprehensive.json"
};
static const unsigned char file47[] = {
#embed "../../Profiles/datasets/language.json"
};
static const unsigned char file48[] = {
#embed "../../Profiles/datasets/multimodal.json"
};
static const unsigned char file49[] = {
#embed "../../Profiles/datasets/vision.json"
};
static const unsigned char file50[] = {
#embed "../../Profiles/devices/a10.json"
};
static const unsigned char file51[] = {
#embed "../../Profiles/devices/a100-40gb-pcie.json"
};
static const unsigned char file52[] = {
#embed "../../Profiles/devices/a100-40gb-sxm.json"
};
static const unsigned char file53[] = {
#embed "../../Profiles/devices/a100-80gb-pcie.json"
};
static const unsigned char file54[] = {
#embed "../../Profiles/devices/a100-80gb-sxm.json"
};
static const unsigned char file55[] = {
#embed "../../Profiles/devices/a100-mig-1g.10gb.json"
};
static const unsigned char file56[] = {
#embed "../../Profiles/devices/a100-mig-1g.5gb.json"
};
static const unsigned char file57[] = {
#embed "../../Profiles/devices/a100-mig-2g.10gb.json"
};
static const unsigned char file58[] = {
#embed "../../Profiles/devices/a100-mig-2g.20gb.json"
};
static const unsigned char file59[] = {
#embed "../../Profiles/devices/a100-mig-3g.20gb.json"
};
static const unsigned char file60[] = {
#embed "../../Profiles/devices/a100-mig-3g.40gb.json"
};
static const unsigned char file61[] = {
#embed "../../Profiles/devices/a30.json"
};
static const unsigned char file62[] = {
#embed "../../Profiles/devices/a40.json"
};
static const unsigned char file63[] = {
#embed "../../Profiles/devices/b200.json"
};
static const unsigned char file64[] = {
#embed "../../Profiles/devices/b300.json"
};
static const unsigned char file65[] = {
#embed "../../Profiles/devices/epyc-7742-dual.json"
};
static const unsigned char file66[] = {
#embed "../../Profiles/devices/epyc-7763-dual.json"
};
static const unsigned char file67[] = {
#embed "../../Profiles/devices/epyc-9654-dual.json"
};
static const unsigned char file68[] = {
#embed "../../Profiles/devices/epyc-9965-dual.json"
};
static const unsigned char file69[] = {
#embed "../../Profiles/devices/gaudi2.json"
};
static const unsigned char file70[] = {
#embed "../../Profiles/devices/gaudi3.json"
};
static const unsigned char file71[] = {
#embed "../../Profiles/devices/gb200.json"
};
static const unsigned char file72[] = {
#embed "../../Profiles/devices/gb300.json"
};
static const unsigned char file73[] = {
#embed "../../Profiles/devices/grace-superchip.json"
};
static const unsigned char file74[] = {
#embed "../../Profiles/devices/graviton3.json"
};
static const unsigned char file75[] = {
#embed "../../Profiles/devices/graviton4.json"
};
static const unsigned char file76[] = {
#embed "../../Profiles/devices/h100-80gb-pcie.json"
};
static const unsigned char file77[] = {
#embed "../../Profiles/devices/h100-80gb-sxm.json"
};
static const unsigned char file78[] = {
#embed "../../Profiles/devices/h100-94gb-nvl.json"
};
static const unsigned char file79[] = {
#embed "../../Profiles/devices/h100-96gb-500w.json"
};
static const unsigned char file80[] = {
#embed "../../Profiles/devices/h100-mig-1g.10gb.json"
};
static const unsigned char file81[] = {
#embed "../../Profiles/devices/h100-mig-2g.20gb.json"
};
static const unsigned char file82[] = {
#embed "../../Profiles/devices/h100-mig-3g.40gb.json"
};
static const unsigned char file83[] = {
#embed "../../Profiles/devices/h200.json"
};
static const unsigned char file84[] = {
#embed "../../Profiles/devices/h800-80gb-sxm.json"
};
static const unsigned char file85[] = {
#embed "../../Profiles/devices/l4.json"
};
static const unsigned char file86[] = {
#embed "../../Profiles/devices/l40.json"
};
static const unsigned char file87[] = {
#embed "../../Profiles/devices/l40s.json"
};
static const unsigned char file88[] = {
#embed "../../Profiles/devices/m1-max.json"
};
static const unsigned char file89[] = {
#embed "../../Profiles/devices/m1-ultra.json"
};
static const unsigned char file90[] = {
#embed "../../Profiles/devices/m2-ultra.json"
};
static const unsigned char file91[] = {
#embed "../../Profiles/devices/m3-max.json"
};
static const unsigned char file92[] = {
#embed "../../Profiles/devices/m3-ultra.json"
};
static const unsigned char file93[] = {
#embed "../../Profiles/devices/m4-max.json"
};
static const unsigned char file94[] = {
#embed "../../Profiles/devices/max-1550.json"
};
static const unsigned char file95[] = {
#embed "../../Profiles/devices/mi100.json"
};
static const unsigned char file96[] = {
#embed "../../Profiles/devices/mi210.json"
};
static const unsigned char file97[] = {
#embed "../../Profiles/devices/mi250.json"
};
static const unsigned char file98[] = {
#embed "../../Profiles/devices/mi250x.json"
};
static const unsigned char file99[] = {
#embed "../../Profiles/devices/mi300x.json"
};
static const unsigned char file100[] = {
#embed "../../Profiles/devices/mi325x.json"
};
static const unsigned char file101[] = {
#embed "../../Profiles/devices/mi350x.json"
};
static const unsigned char file102[] = {
#embed "../../Profiles/devices/mi355x.json"
};
static const unsigned char file103[] = {
#embed "../../Profiles/devices/p100-16gb-pcie.json"
};
static const unsigned char file104[] = {
#embed "../../Profiles/devices/p100-16gb.json"
};
static const unsigned char file105[] = {
#embed "../../Profiles/devices/p4.json"
};
static const unsigned char file106[] = {
#embed "../../Profiles/devices/quadro-rtx-5000.json"
};
static const unsigned char file107[] = {
#embed "../../Profiles/devices/quadro-rtx-6000.json"
};
static const unsigned char file108[] = {
#embed "../../Profiles/devices/quadro-rtx-8000.json"
};
static const unsigned char file109[] = {
#embed "../../Profiles/devices/rtx-2070.json"
};
static const unsigned char file110[] = {
#embed "../../Profiles/devices/rtx-2080-ti.json"
};
static const unsigned char file111[] = {
#embed "../../Profiles/devices/rtx-2080.json"
};
static const unsigned char file112[] = {
#embed "../../Profiles/devices/rtx-3060.json"
};
static const unsigned char file113[] = {
#embed "../../Profiles/devices/rtx-3070.json"
};
static const unsigned char file114[] = {
#embed "../../Profiles/devices/rtx-3080-ti.json"
};
static const unsigned char file115[] = {
#embed "../../Profiles/devices/rtx-3080.json"
};
static const unsigned char file116[] = {
#embed "../../Profiles/devices/rtx-3090.json"
};
static const unsigned char file117[] = {
#embed "../../Profiles/devices/rtx-4060-ti-16gb.json"
};
static const unsigned char file118[] = {
#embed "../../Profiles/devices/rtx-4070-ti-super.json"
};
static const unsigned char file119[] = {
#embed "../../Profiles/devices/rtx-4070.json"
};
static const unsigned char file120[] = {
#embed "../../Profiles/devices/rtx-4080.json"
};
static const unsigned char file121[] = {
#embed "../../Profiles/devices/rtx-4090.json"
};
static const unsigned char file122[] = {
#embed "../../Profiles/devices/rtx-5000-ada.json"
};
static const unsigned char file123[] = {
#embed "../../Profiles/devices/rtx-5070-ti.json"
};
static const unsigned char file124[] = {
#embed "../../Profiles/devices/rtx-5080.json"
};
static const unsigned char file125[] = {
#embed "../../Profiles/devices/rtx-5090.json"
};
static const unsigned char file126[] = {
#embed "../../Profiles/devices/rtx-6000-ada.json"
};
static const unsigned char file127[] = {
#embed "../../Profiles/devices/rtx-a4000.json"
};
static const unsigned char file128[] = {
#embed "../../Profiles/devices/rtx-a5000.json"
};
static const unsigned char file129[] = {
#embed "../../Profiles/devices/rtx-a6000.json"
};
static const unsigned char file130[] = {
#embed "../../Profiles/devices/rtx-pro-6000.json"
};
static const unsigned char file131[] = {
#embed "../../Profiles/devices/t4.json"
};
static const unsigned char file132[] = {
#embed "../../Profiles/devices/titan-rtx.json"
};
static const unsigned char file133[] = {
#embed "../../Profiles/devices/titan-xp.json"
};
static const unsigned char file134[] = {
#embed "../../Profiles/devices/tpu-v3.json"
};
static const unsigned char file135[] = {
#embed "../../Profiles/devices/tpu-v4.json"
};
static const unsigned char file136[] = {
#embed "../../Profiles/devices/tpu-v5e.json"
};
static const unsigned char file137[] = {
#embed "../../Profiles/devices/tpu-v5p.json"
};
static const unsigned char file138[] = {
#embed "../../Profiles/devices/tpu-v6e.json"
};
static const unsigned char file139[] = {
#embed "../../Profiles/devices/v100-16gb-pcie.json"
};
static const unsigned char file140[] = {
#embed "../../Profiles/devices/v100-16gb.json"
};
static const unsigned char file141[] = {
#embed "../../Profiles/devices/v100-32gb-pcie.json"
};
static const unsigned char file142[] = {
#embed "../../Profiles/devices/v100-32gb.json"
};
static const unsigned char file143[] = {
#embed "../../Profiles/devices/xeon-6980p-dual.json"
};
static const unsigned char file144[] = {
#embed "../../Profiles/devices/xeon-8380-dual.json"
};
static const unsigned char file145[] = {
#embed "../../Profiles/devices/xeon-8480-dual.json"
};
static const unsigned char file146[] = {
#embed "../../Profiles/grids/australia.json"
};
static const unsigned char file147[] = {
#embed "../../Profiles/grids/brazil.json"
};
static const unsigned char file148[] = {
#embed "../../Profiles/grids/canada.json"
};
static const unsigned char file149[] = {
#embed "../../Profiles/grids/china.json"
};
static const unsigned char file150[] = {
#embed "../../Profiles/grids/eu.json"
};
static const unsigned char file151[] = {
#embed "../../Profiles/grids/france.json"
};
static const unsigned char file152[] = {
#embed "../../Profiles/grids/germany.json"
};
static const unsigned char file153[] = {
#embed "../../Profiles/grids/india.json"
};
static const unsigned char file154[] = {
#embed "../../Profiles/grids/italy.json"
};
static const unsigned char file155[] = {
#embed "../../Profiles/grids/japan.json"
};
static const unsigned char file156[] = {
#embed "../../Profiles/grids/netherlands.json"
};
static const unsigned char file157[] = {
#embed "../../Profiles/grids/norway.json"
};
static const unsigned char file158[] = {
#embed "../../Profiles/grids/poland.json"
};
static const unsigned char file159[] = {
#embed "../../Profiles/grids/quebec.json"
};
static const unsigned char file160[] = {
#embed "../../Profiles/grids/singapore.json"
};
static const unsigned char file161[] = {
#embed "../../Profiles/grids/south-africa.json"
};
static const unsigned char file162[] = {
#embed "../../Profiles/grids/south-korea.json"
};
static const unsigned char file163[] = {
#embed "../../Profiles/grids/spain.json"
};
static const unsigned char file164[] = {
#embed "../../Profiles/grids/sweden.json"
};
static const unsigned char file165[] = {
#embed "../../Profiles/grids/switzerland.json"
};
static const unsigned char file166[] = {
#embed "../../Profiles/grids/united-kingdom.json"
};
static const unsigned char file167[] = {
#embed "../../Profiles/grids/united-states.json"
};
static const unsigned char file168[] = {
#embed "../../Profiles/grids/us-california.json"
};
static const unsigned char file169[] = {
#embed "../../Profiles/grids/us-virginia.json"
};
static const unsigned char file170[] = {
#embed "../../Profiles/grids/world.json"
};
static const unsigned char file171[] = {
#embed "../../Profiles/models/bioinformatics/3utrbert-4mer.json"
};
static const unsigned char file172[] = {
#embed "../../Profiles/models/bioinformatics/3utrbert-5mer.json"
};
static const unsigned char file173[] = {
#embed "../../Profiles/models/bioinformatics/3utrbert-6mer.json"
};
static const unsigned char file174[] = {
#embed "../../Profiles/models/bioinformatics/3utrbert.json"
};
static const unsigned char file175[] = {
#embed "../../Profiles/models/bioinformatics/alphafold2-finetuning.json"
};
static const unsigned char file176[] = {
#embed "../../Profiles/models/bioinformatics/alphafold2.json"
};
static const unsigned char file177[] = {
#embed "../../Profiles/models/bioinformatics/aminobert.json"
};
static const unsigned char file178[] = {
#embed "../../Profiles/models/bioinformatics/celllm.json"
};
static const unsigned char file179[] = {
#embed "../../Profiles/models/bioinformatics/codonbert.json"
};
static const unsigned char file180[] = {
#embed "../../Profiles/models/bioinformatics/dnabert-2.json"
};
static const unsigned char file181[] = {
#embed "../../Profiles/models/bioinformatics/dnabert-3.json"
};
static const unsigned char file182[] = {
#embed "../../Profiles/models/bioinformatics/dnabert-4.json"
};
static const unsigned char file183[] = {
#embed "../../Profiles/models/bioinformatics/dnabert-5.json"
};
static const unsigned char file184[] = {
#embed "../../Profiles/models/bioinformatics/dnabert-6.json"
};
static const unsigned char file185[] = {
#embed "../../Profiles/models/bioinformatics/dnagpt-0.1b-h.json"
};
static const unsigned char file186[] = {
#embed "../../Profiles/models/bioinformatics/dnagpt-0.1b.json"
};
static const unsigned char file187[] = {
#embed "../../Profiles/models/bioinformatics/dnagpt-3b.json"
};
static const unsigned char file188[] = {
#embed "../../Profiles/models/bioinformatics/esm-1b.json"
};
static const unsigned char file189[] = {
#embed "../../Profiles/models/bioinformatics/esm2-150m.json"
};
static const unsigned char file190[] = {
#embed "../../Profiles/models/bioinformatics/esm2-15b.json"
};
static const unsigned char file191[] = {
#embed "../../Profiles/models/bioinformatics/esm2-35m.json"
};
static const unsigned char file192[] = {
#embed "../../Profiles/models/bioinformatics/esm2-3b.json"
};
static const unsigned char file193[] = {
#embed "../../Profiles/models/bioinformatics/esm2-650m.json"
};
static const unsigned char file194[] = {
#embed "../../Profiles/models/bioinformatics/esm2-8m.json"
};
static const unsigned char file195[] = {
#embed "../../Profiles/models/bioinformatics/evoformer-48.json"
};
static const unsigned char file196[] = {
#embed "../../Profiles/models/bioinformatics/gena-lm-base.json"
};
static const unsigned char file197[] = {
#embed "../../Profiles/models/bioinformatics/gena-lm-bigbird-base-sparse.json"
};
static const unsigned char file198[] = {
#embed "../../Profiles/models/bioinformatics/gena-lm-bigbird-base.json"
};
static const unsigned char file199[] = {
#embed "../../Profiles/models/bioinformatics/gena-lm-large.json"
};
static const unsigned char file200[] = {
#embed "../../Profiles/models/bioinformatics/genebert.json"
};
static const unsigned char file201[] = {
#embed "../../Profiles/models/bioinformatics/geneformer-106m.json"
};
static const unsigned char file202[] = {
#embed "../../Profiles/models/bioinformatics/geneformer-12l.json"
};
static const unsigned char file203[] = {
#embed "../../Profiles/models/bioinformatics/geneformer-20l.json"
};
static const unsigned char file204[] = {
#embed "../../Profiles/models/bioinformatics/geneformer.json"
};
static const unsigned char file205[] = {
#embed "../../Profiles/models/bioinformatics/genept.json"
};
static const unsigned char file206[] = {
#embed "../../Profiles/models/bioinformatics/gin-5x300.json"
};
static const unsigned char file207[] = {
#embed "../../Profiles/models/bioinformatics/hyenadna-large-1m.json"
};
static const unsigned char file208[] = {
#embed "../../Profiles/models/bioinformatics/hyenadna-medium-160k.json"
};
static const unsigned char file209[] = {
#embed "../../Profiles/models/bioinformatics/hyenadna-medium-450k.json"
};
static const unsigned char file210[] = {
#embed "../../Profiles/models/bioinformatics/hyenadna-small-32k.json"
};
static const unsigned char file211[] = {
#embed "../../Profiles/models/bioinformatics/hyenadna-tiny-1k-d256.json"
};
static const unsigned char file212[] = {
#embed "../../Profiles/models/bioinformatics/hyenadna-tiny-1k.json"
};
static const unsigned char file213[] = {
#embed "../../Profiles/models/bioinformatics/mrna-fm.json"
};
static const unsigned char file214[] = {
#embed "../../Profiles/models/bioinformatics/msa-transformer.json"
};
static const unsigned char file215[] = {
#embed "../../Profiles/models/bioinformatics/nucleotide-transformer-2.5b.json"
};
static const unsigned char file216[] = {
#embed "../../Profiles/models/bioinformatics/nucleotide-transformer-500m.json"
};
static const unsigned char file217[] = {
#embed "../../Profiles/models/bioinformatics/nucleotide-transformer-v2-100m.json"
};
static const unsigned char file218[] = {
#embed "../../Profiles/models/bioinformatics/nucleotide-transformer-v2-250m.json"
};
static const unsigned char file219[] = {
#embed "../../Profiles/models/bioinformatics/nucleotide-transformer-v2-500m.json"
};
static const unsigned char file220[] = {
#embed "../../Profiles/models/bioinformatics/nucleotide-transformer-v2-50m.json"
};
static const unsigned char file221[] = {
#embed "../../Profiles/models/bioinformatics/progen.json"
};
static const unsigned char file222[] = {
#embed "../../Profiles/models/bioinformatics/progen2-base.json"
};
static const unsigned char file223[] = {
#embed "../../Profiles/models/bioinformatics/progen2-bfd90.json"
};
static const unsigned char file224[] = {
#embed "../../Profiles/models/bioinformatics/progen2-large.json"
};
static const unsigned char file225[] = {
#embed "../../Profiles/models/bioinformatics/progen2-medium.json"
};
static const unsigned char file226[] = {
#embed "../../Profiles/models/bioinformatics/progen2-oas.json"
};
static const unsigned char file227[] = {
#embed "../../Profiles/models/bioinformatics/progen2-small.json"
};
static const unsigned char file228[] = {
#embed "../../Profiles/models/bioinformatics/progen2-xlarge.json"
};
static const unsigned char file229[] = {
#embed "../../Profiles/models/bioinformatics/protalbert.json"
};
static const unsigned char file230[] = {
#embed "../../Profiles/models/bioinformatics/protbert-bfd.json"
};
static const unsigned char file231[] = {
#embed "../../Profiles/models/bioinformatics/protbert.json"
};
static const unsigned char file232[] = {
#embed "../../Profiles/models/bioinformatics/protgpt2.json"
};
static const unsigned char file233[] = {
#embed "../../Profiles/models/bioinformatics/prott5-xl-encdec.json"
};
static const unsigned char file234[] = {
#embed "../../Profiles/models/bioinformatics/prott5-xl-encoder.json"
};
static const unsigned char file235[] = {
#embed "../../Profiles/models/bioinformatics/prott5-xxl-encdec.json"
};
static const unsigned char file236[] = {
#embed "../../Profiles/models/bioinformatics/prott5-xxl-encoder.json"
};
static const unsigned char file237[] = {
#embed "../../Profiles/models/bioinformatics/rna-fm.json"
};
static const unsigned char file238[] = {
#embed "../../Profiles/models/bioinformatics/rna-msm.json"
};
static const unsigned char file239[] = {
#embed "../../Profiles/models/bioinformatics/rnabert.json"
};
static const unsigned char file240[] = {
#embed "../../Profiles/models/bioinformatics/scbert.json"
};
static const unsigned char file241[] = {
#embed "../../Profiles/models/bioinformatics/scelmo.json"
};
static const unsigned char file242[] = {
#embed "../../Profiles/models/bioinformatics/scfoundation-100m.json"
};
static const unsigned char file243[] = {
#embed "../../Profiles/models/bioinformatics/scgpt.json"
};
static const unsigned char file244[] = {
#embed "../../Profiles/models/bioinformatics/splicebert-510.json"
};
static const unsigned char file245[] = {
#embed "../../Profiles/models/bioinformatics/splicebert.json"
};
static const unsigned char file246[] = {
#embed "../../Profiles/models/bioinformatics/uce-33l.json"
};
static const unsigned char file247[] = {
#embed "../../Profiles/models/bioinformatics/uce-4l.json"
};
static const unsigned char file248[] = {
#embed "../../Profiles/models/bioinformatics/utr-lm.json"
};
static const unsigned char file249[] = {
#embed "../../Profiles/models/bioinformatics/xtrimopglm-100b.json"
};
static const unsigned char file250[] = {
#embed "../../Profiles/models/bioinformatics/xtrimopglm-10b.json"
};
static const unsigned char file251[] = {
#embed "../../Profiles/models/bioinformatics/xtrimopglm-1b.json"
};
static const unsigned char file252[] = {
#embed "../../Profiles/models/bioinformatics/xtrimopglm-3b.json"
};
static const unsigned char file253[] = {
#embed "../../Profiles/models/language/albert-base.json"
};
static const unsigned char file254[] = {
#embed "../../Profiles/models/language/albert-large.json"
};
static const unsigned char file255[] = {
#embed "../../Profiles/models/language/albert-xlarge.json"
};
static const unsigned char file256[] = {
#embed "../../Profiles/models/language/albert-xxlarge.json"
};
static const unsigned char file257[] = {
#embed "../../Profiles/models/language/alpacare-13b.json"
};
static const unsigned char file258[] = {
#embed "../../Profiles/models/language/alpacare-7b.json"
};
static const unsigned char file259[] = {
#embed "../../Profiles/models/language/alpacare-llama2-13b.json"
};
static const unsigned char file260[] = {
#embed "../../Profiles/models/language/alpacare-llama2-7b.json"
};
static const unsigned char file261[] = {
#embed "../../Profiles/models/language/alphabert.json"
};
static const unsigned char file262[] = {
#embed "../../Profiles/models/language/antplm-med-10b.json"
};
static const unsigned char file263[] = {
#embed "../../Profiles/models/language/baichuan-13b.json"
};
static const unsigned char file264[] = {
#embed "../../Profiles/models/language/baichuan-7b.json"
};
static const unsigned char file265[] = {
#embed "../../Profiles/models/language/baichuan2-13b.json"
};
static const unsigned char file266[] = {
#embed "../../Profiles/models/language/baichuan2-7b.json"
};
static const unsigned char file267[] = {
#embed "../../Profiles/models/language/bart-base.json"
};
static const unsigned char file268[] = {
#embed "../../Profiles/models/language/bart-large.json"
};
static const unsigned char file269[] = {
#embed "../../Profiles/models/language/behrt.json"
};
static const unsigned char file270[] = {
#embed "../../Profiles/models/language/bentsao.json"
};
static const unsigned char file271[] = {
#embed "../../Profiles/models/language/bert-base.json"
};
static const unsigned char file272[] = {
#embed "../../Profiles/models/language/bert-large.json"
};
static const unsigned char file273[] = {
#embed "../../Profiles/models/language/bianque-1.json"
};
static const unsigned char file274[] = {
#embed "../../Profiles/models/language/bianque-2.json"
};
static const unsigned char file275[] = {
#embed "../../Profiles/models/language/bimedix.json"
};
static const unsigned char file276[] = {
#embed "../../Profiles/models/language/biobart-base.json"
};
static const unsigned char file277[] = {
#embed "../../Profiles/models/language/biobart-large.json"
};
static const unsigned char file278[] = {
#embed "../../Profiles/models/language/biobart-v2-base.json"
};
static const unsigned char file279[] = {
#embed "../../Profiles/models/language/biobart-v2-large.json"
};
static const unsigned char file280[] = {
#embed "../../Profiles/models/language/biobert.json"
};
static const unsigned char file281[] = {
#embed "../../Profiles/models/language/biogpt.json"
};
static const unsigned char file282[] = {
#embed "../../Profiles/models/language/biomedlm.json"
};
static const unsigned char file283[] = {
#embed "../../Profiles/models/language/biomistral-7b.json"
};
static const unsigned char file284[] = {
#embed "../../Profiles/models/language/bloom-176b.json"
};
static const unsigned char file285[] = {
#embed "../../Profiles/models/language/bloom-1b1.json"
};
static const unsigned char file286[] = {
#embed "../../Profiles/models/language/bloom-1b7.json"
};
static const unsigned char file287[] = {
#embed "../../Profiles/models/language/bloom-3b.json"
};
static const unsigned char file288[] = {
#embed "../../Profiles/models/language/bloom-560m.json"
};
static const unsigned char file289[] = {
#embed "../../Profiles/models/language/bloom-7b1.json"
};
static const unsigned char file290[] = {
#embed "../../Profiles/models/language/chatcad-plus.json"
};
static const unsigned char file291[] = {
#embed "../../Profiles/models/language/chatcad.json"
};
static const unsigned char file292[] = {
#embed "../../Profiles/models/language/chatdoctor.json"
};
static const unsigned char file293[] = {
#embed "../../Profiles/models/language/chatglm-6b.json"
};
static const unsigned char file294[] = {
#embed "../../Profiles/models/language/chatglm2-6b.json"
};
static const unsigned char file295[] = {
#embed "../../Profiles/models/language/chatglm3-6b.json"
};
static const unsigned char file296[] = {
#embed "../../Profiles/models/language/chatgpt.json"
};
static const unsigned char file297[] = {
#embed "../../Profiles/models/language/clinical-decision-transformer.json"
};
static const unsigned char file298[] = {
#embed "../../Profiles/models/language/clinical-longformer.json"
};
static const unsigned char file299[] = {
#embed "../../Profiles/models/language/clinicalbert.json"
};
static const unsigned char file300[] = {
#embed "../../Profiles/models/language/clinicalgpt.json"
};
static const unsigned char file301[] = {
#embed "../../Profiles/models/language/deberta-base.json"
};
static const unsigned char file302[] = {
#embed "../../Profiles/models/language/deberta-v3-base.json"
};
static const unsigned char file303[] = {
#embed "../../Profiles/models/language/deberta-v3-large.json"
};
static const unsigned char file304[] = {
#embed "../../Profiles/models/language/deberta-v3-small.json"
};
static const unsigned char file305[] = {
#embed "../../Profiles/models/language/deepseek-v3.json"
};
static const unsigned char file306[] = {
#embed "../../Profiles/models/language/deid-gpt.json"
};
static const unsigned char file307[] = {
#embed "../../Profiles/models/language/distilbert-base.json"
};
static const unsigned char file308[] = {
#embed "../../Profiles/models/language/doctorglm.json"
};
static const unsigned char file309[] = {
#embed "../../Profiles/models/language/dr-knows.json"
};
static const unsigned char file310[] = {
#embed "../../Profiles/models/language/electra-base.json"
};
static const unsigned char file311[] = {
#embed "../../Profiles/models/language/electra-large.json"
};
static const unsigned char file312[] = {
#embed "../../Profiles/models/language/falcon-40b.json"
};
static const unsigned char file313[] = {
#embed "../../Profiles/models/language/falcon-7b.json"
};
static const unsigned char file314[] = {
#embed "../../Profiles/models/language/flan-t5-base.json"
};
static const unsigned char file315[] = {
#embed "../../Profiles/models/language/flan-t5-large.json"
};
static const unsigned char file316[] = {
#embed "../../Profiles/models/language/flan-t5-small.json"
};
static const unsigned char file317[] = {
#embed "../../Profiles/models/language/flan-t5-xl.json"
};
static const unsigned char file318[] = {
#embed "../../Profiles/models/language/flan-t5-xxl.json"
};
static const unsigned char file319[] = {
#embed "../../Profiles/models/language/gatortron-base-345m.json"
};
static const unsigned char file320[] = {
#embed "../../Profiles/models/language/gatortron-large-8.9b.json"
};
static const unsigned char file321[] = {
#embed "../../Profiles/models/language/gatortron-medium-3.9b.json"
};
static const unsigned char file322[] = {
#embed "../../Profiles/models/language/gatortrongpt-20b.json"
};
static const unsigned char file323[] = {
#embed "../../Profiles/models/language/gatortrongpt-5b.json"
};
static const unsigned char file324[] = {
#embed "../../Profiles/models/language/gemma-2b.json"
};
static const unsigned char file325[] = {
#embed "../../Profiles/models/language/gemma-7b.json"
};
static const unsigned char file326[] = {
#embed "../../Profiles/models/language/gemma2-27b.json"
};
static const unsigned char file327[] = {
#embed "../../Profiles/models/language/gemma2-2b.json"
};
static const unsigned char file328[] = {
#embed "../../Profiles/models/language/gemma2-9b.json"
};
static const unsigned char file329[] = {
#embed "../../Profiles/models/language/gemma3-1b.json"
};
static const unsigned char file330[] = {
#embed "../../Profiles/models/language/glm-10b.json"
};
static const unsigned char file331[] = {
#embed "../../Profiles/models/language/glm-130b.json"
};
static const unsigned char file332[] = {
#embed "../../Profiles/models/language/gpt-4.json"
};
static const unsigned char file333[] = {
#embed "../../Profiles/models/language/gpt-doctor.json"
};
static const unsigned char file334[] = {
#embed "../../Profiles/models/language/gpt-j-6b.json"
};
static const unsigned char file335[] = {
#embed "../../Profiles/models/language/gpt-neo-1.3b.json"
};
static const unsigned char file336[] = {
#embed "../../Profiles/models/language/gpt-neox-20b.json"
};
static const unsigned char file337[] = {
#embed "../../Profiles/models/language/gpt2-large.json"
};
static const unsigned char file338[] = {
#embed "../../Profiles/models/language/gpt2-medium.json"
};
static const unsigned char file339[] = {
#embed "../../Profiles/models/language/gpt2-xl.json"
};
static const unsigned char file340[] = {
#embed "../../Profiles/models/language/gpt2.json"
};
static const unsigned char file341[] = {
#embed "../../Profiles/models/language/gpt3-175b.json"
};
static const unsigned char file342[] = {
#embed "../../Profiles/models/language/healthprompt.json"
};
static const unsigned char file343[] = {
#embed "../../Profiles/models/language/huatuogpt-13b.json"
};
static const unsigned char file344[] = {
#embed "../../Profiles/models/language/huatuogpt-7b.json"
};
static const unsigned char file345[] = {
#embed "../../Profiles/models/language/huatuogpt2-13b.json"
};
static const unsigned char file346[] = {
#embed "../../Profiles/models/language/huatuogpt2-34b.json"
};
static const unsigned char file347[] = {
#embed "../../Profiles/models/language/huatuogpt2-7b.json"
};
static const unsigned char file348[] = {
#embed "../../Profiles/models/language/jmlr-13b.json"
};
static const unsigned char file349[] = {
#embed "../../Profiles/models/language/jmlr-7b.json"
};
static const unsigned char file350[] = {
#embed "../../Profiles/models/language/llama-13b.json"
};
static const unsigned char file351[] = {
#embed "../../Profiles/models/language/llama-33b.json"
};
static const unsigned char file352[] = {
#embed "../../Profiles/models/language/llama-65b.json"
};
static const unsigned char file353[] = {
#embed "../../Profiles/models/language/llama-7b.json"
};
static const unsigned char file354[] = {
#embed "../../Profiles/models/language/llama2-13b.json"
};
static const unsigned char file355[] = {
#embed "../../Profiles/models/language/llama2-70b.json"
};
static const unsigned char file356[] = {
#embed "../../Profiles/models/language/llama2-7b.json"
};
static const unsigned char file357[] = {
#embed "../../Profiles/models/language/llama3-70b.json"
};
static const unsigned char file358[] = {
#embed "../../Profiles/models/language/llama3-8b.json"
};
static const unsigned char file359[] = {
#embed "../../Profiles/models/language/llama3.1-405b.json"
};
static const unsigned char file360[] = {
#embed "../../Profiles/models/language/llama3.1-70b.json"
};
static const unsigned char file361[] = {
#embed "../../Profiles/models/language/llama3.1-8b.json"
};
static const unsigned char file362[] = {
#embed "../../Profiles/models/language/llama3.2-1b.json"
};
static const unsigned char file363[] = {
#embed "../../Profiles/models/language/llama3.2-3b.json"
};
static const unsigned char file364[] = {
#embed "../../Profiles/models/language/longformer-base-4096.json"
};
static const unsigned char file365[] = {
#embed "../../Profiles/models/language/longformer-large-4096.json"
};
static const unsigned char file366[] = {
#embed "../../Profiles/models/language/me-llama-13b.json"
};
static const unsigned char file367[] = {
#embed "../../Profiles/models/language/me-llama-70b.json"
};
static const unsigned char file368[] = {
#embed "../../Profiles/models/language/med-palm-2.json"
};
static const unsigned char file369[] = {
#embed "../../Profiles/models/language/med-palm.json"
};
static const unsigned char file370[] = {
#embed "../../Profiles/models/language/medagents-flan-palm.json"
};
static const unsigned char file371[] = {
#embed "../../Profiles/models/language/medalpaca-13b.json"
};
static const unsigned char file372[] = {
#embed "../../Profiles/models/language/medalpaca-30b.json"
};
static const unsigned char file373[] = {
#embed "../../Profiles/models/language/medalpaca-7b.json"
};
static const unsigned char file374[] = {
#embed "../../Profiles/models/language/medcpt-query.json"
};
static const unsigned char file375[] = {
#embed "../../Profiles/models/language/medcpt-reranker.json"
};
static const unsigned char file376[] = {
#embed "../../Profiles/models/language/medcpt.json"
};
static const unsigned char file377[] = {
#embed "../../Profiles/models/language/meditron-70b.json"
};
static const unsigned char file378[] = {
#embed "../../Profiles/models/language/meditron-7b.json"
};
static const unsigned char file379[] = {
#embed "../../Profiles/models/language/medprompt.json"
};
static const unsigned char file380[] = {
#embed "../../Profiles/models/language/medroberta-nl.json"
};
static const unsigned char file381[] = {
#embed "../../Profiles/models/language/megatron-gpt-1.3b.json"
};
static const unsigned char file382[] = {
#embed "../../Profiles/models/language/mistral-7b.json"
};
static const unsigned char file383[] = {
#embed "../../Profiles/models/language/mixtral-8x22b.json"
};
static const unsigned char file384[] = {
#embed "../../Profiles/models/language/mixtral-8x7b.json"
};
static const unsigned char file385[] = {
#embed "../../Profiles/models/language/mosaicbert-base.json"
};
static const unsigned char file386[] = {
#embed "../../Profiles/models/language/napss.json"
};
static const unsigned char file387[] = {
#embed "../../Profiles/models/language/oncogpt-7b.json"
};
static const unsigned char file388[] = {
#embed "../../Profiles/models/language/open-llama-3b.json"
};
static const unsigned char file389[] = {
#embed "../../Profiles/models/language/ophglm.json"
};
static const unsigned char file390[] = {
#embed "../../Profiles/models/language/opt-1.3b.json"
};
static const unsigned char file391[] = {
#embed "../../Profiles/models/language/opt-125m.json"
};
static const unsigned char file392[] = {
#embed "../../Profiles/models/language/opt-13b.json"
};
static const unsigned char file393[] = {
#embed "../../Profiles/models/language/opt-175b.json"
};
static const unsigned char file394[] = {
#embed "../../Profiles/models/language/opt-2.7b.json"
};
static const unsigned char file395[] = {
#embed "../../Profiles/models/language/opt-30b.json"
};
static const unsigned char file396[] = {
#embed "../../Profiles/models/language/opt-6.7b.json"
};
static const unsigned char file397[] = {
#embed "../../Profiles/models/language/opt-66b.json"
};
static const unsigned char file398[] = {
#embed "../../Profiles/models/language/palm-540b.json"
};
static const unsigned char file399[] = {
#embed "../../Profiles/models/language/palm-62b.json"
};
static const unsigned char file400[] = {
#embed "../../Profiles/models/language/palm-8b.json"
};
static const unsigned char file401[] = {
#embed "../../Profiles/models/language/pbp.json"
};
static const unsigned char file402[] = {
#embed "../../Profiles/models/language/phi-1.5.json"
};
static const unsigned char file403[] = {
#embed "../../Profiles/models/language/phi-2.json"
};
static const unsigned char file404[] = {
#embed "../../Profiles/models/language/phi-3-mini.json"
};
static const unsigned char file405[] = {
#embed "../../Profiles/models/language/pmc-llama-13b.json"
};
static const unsigned char file406[] = {
#embed "../../Profiles/models/language/pmc-llama-7b.json"
};
static const unsigned char file407[] = {
#embed "../../Profiles/models/language/pubmedbert.json"
};
static const unsigned char file408[] = {
#embed "../../Profiles/models/language/qilin-med-13b.json"
};
static const unsigned char file409[] = {
#embed "../../Profiles/models/language/qilin-med.json"
};
static const unsigned char file410[] = {
#embed "../../Profiles/models/language/qwen-1.8b.json"
};
static const unsigned char file411[] = {
#embed "../../Profiles/models/language/qwen-14b.json"
};
static const unsigned char file412[] = {
#embed "../../Profiles/models/language/qwen-72b.json"
};
static const unsigned char file413[] = {
#embed "../../Profiles/models/language/qwen-7b.json"
};
static const unsigned char file414[] = {
#embed "../../Profiles/models/language/qwen2-0.5b.json"
};
static const unsigned char file415[] = {
#embed "../../Profiles/models/language/qwen2-1.5b.json"
};
static const unsigned char file416[] = {
#embed "../../Profiles/models/language/qwen2-72b.json"
};
static const unsigned char file417[] = {
#embed "../../Profiles/models/language/qwen2-7b.json"
};
static const unsigned char file418[] = {
#embed "../../Profiles/models/language/qwen3-8b.json"
};
static const unsigned char file419[] = {
#embed "../../Profiles/models/language/roberta-base.json"
};
static const unsigned char file420[] = {
#embed "../../Profiles/models/language/roberta-large.json"
};
static const unsigned char file421[] = {
#embed "../../Profiles/models/language/scibert.json"
};
static const unsigned char file422[] = {
#embed "../../Profiles/models/language/spt.json"
};
static const unsigned char file423[] = {
#embed "../../Profiles/models/language/t5-11b.json"
};
static const unsigned char file424[] = {
#embed "../../Profiles/models/language/t5-3b.json"
};
static const unsigned char file425[] = {
#embed "../../Profiles/models/language/t5-base.json"
};
static const unsigned char file426[] = {
#embed "../../Profiles/models/language/t5-large.json"
};
static const unsigned char file427[] = {
#embed "../../Profiles/models/language/t5-small.json"
};
static const unsigned char file428[] = {
#embed "../../Profiles/models/language/taiyi-7b.json"
};
static const unsigned char file429[] = {
#embed "../../Profiles/models/language/text-embedding-ada-002.json"
};
static const unsigned char file430[] = {
#embed "../../Profiles/models/language/visual-med-alpaca.json"
};
static const unsigned char file431[] = {
#embed "../../Profiles/models/language/yi-34b.json"
};
static const unsigned char file432[] = {
#embed "../../Profiles/models/language/zhongjing-13b.json"
};
static const unsigned char file433[] = {
#embed "../../Profiles/models/language/ziya-llama-13b.json"
};
static const unsigned char file434[] = {
#embed "../../Profiles/models/multimodal/albef.json"
};
static const unsigned char file435[] = {
#embed "../../Profiles/models/multimodal/arl.json"
};
static const unsigned char file436[] = {
#embed "../../Profiles/models/multimodal/bfspr.json"
};
static const unsigned char file437[] = {
#embed "../../Profiles/models/multimodal/biomedclip.json"
};
static const unsigned char file438[] = {
#embed "../../Profiles/models/multimodal/biomedgpt-b.json"
};
static const unsigned char file439[] = {
#embed "../../Profiles/models/multimodal/biomedgpt-m.json"
};
static const unsigned char file440[] = {
#embed "../../Profiles/models/multimodal/biomedgpt-s.json"
};
static const unsigned char file441[] = {
#embed "../../Profiles/models/multimodal/biovil.json"
};
static const unsigned char file442[] = {
#embed "../../Profiles/models/multimodal/blip2-opt-2.7b.json"
};
static const unsigned char file443[] = {
#embed "../../Profiles/models/multimodal/blip2-opt-6.7b.json"
};
static const unsigned char file444[] = {
#embed "../../Profiles/models/multimodal/chambon-sd.json"
};
static const unsigned char file445[] = {
#embed "../../Profiles/models/multimodal/chexzero-b-16-320.json"
};
static const unsigned char file446[] = {
#embed "../../Profiles/models/multimodal/chexzero.json"
};
static const unsigned char file447[] = {
#embed "../../Profiles/models/multimodal/cite.json"
};
static const unsigned char file448[] = {
#embed "../../Profiles/models/multimodal/clinical-bert.json"
};
static const unsigned char file449[] = {
#embed "../../Profiles/models/multimodal/clip-lung.json"
};
static const unsigned char file450[] = {
#embed "../../Profiles/models/multimodal/clip-rn101.json"
};
static const unsigned char file451[] = {
#embed "../../Profiles/models/multimodal/clip-rn50.json"
};
static const unsigned char file452[] = {
#embed "../../Profiles/models/multimodal/clip-rn50x16.json"
};
static const unsigned char file453[] = {
#embed "../../Profiles/models/multimodal/clip-rn50x4.json"
};
static const unsigned char file454[] = {
#embed "../../Profiles/models/multimodal/clip-rn50x64.json"
};
static const unsigned char file455[] = {
#embed "../../Profiles/models/multimodal/clip-vit-b-16-plus-240.json"
};
static const unsigned char file456[] = {
#embed "../../Profiles/models/multimodal/clip-vit-b-16.json"
};
static const unsigned char file457[] = {
#embed "../../Profiles/models/multimodal/clip-vit-b-32.json"
};
static const unsigned char file458[] = {
#embed "../../Profiles/models/multimodal/clip-vit-bigg-14.json"
};
static const unsigned char file459[] = {
#embed "../../Profiles/models/multimodal/clip-vit-g-14.json"
};
static const unsigned char file460[] = {
#embed "../../Profiles/models/multimodal/clip-vit-h-14.json"
};
static const unsigned char file461[] = {
#embed "../../Profiles/models/multimodal/clip-vit-l-14-336.json"
};
static const unsigned char file462[] = {
#embed "../../Profiles/models/multimodal/clip-vit-l-14.json"
};
static const unsigned char file463[] = {
#embed "../../Profiles/models/multimodal/clip-vit-l-16.json"
};
static const unsigned char file464[] = {
#embed "../../Profiles/models/multimodal/conch-vit-b16.json"
};
static const unsigned char file465[] = {
#embed "../../Profiles/models/multimodal/convirt.json"
};
static const unsigned char file466[] = {
#embed "../../Profiles/models/multimodal/coop-lvt.json"
};
static const unsigned char file467[] = {
#embed "../../Profiles/models/multimodal/cxr-clip-r50.json"
};
static const unsigned char file468[] = {
#embed "../../Profiles/models/multimodal/cxr-clip-swin.json"
};
static const unsigned char file469[] = {
#embed "../../Profiles/models/multimodal/etp-ecg-resnet18.json"
};
static const unsigned char file470[] = {
#embed "../../Profiles/models/multimodal/etp.json"
};
static const unsigned char file471[] = {
#embed "../../Profiles/models/multimodal/gimp.json"
};
static const unsigned char file472[] = {
#embed "../../Profiles/models/multimodal/glip-l.json"
};
static const unsigned char file473[] = {
#embed "../../Profiles/models/multimodal/glip-t.json"
};
static const unsigned char file474[] = {
#embed "../../Profiles/models/multimodal/gloria.json"
};
static const unsigned char file475[] = {
#embed "../../Profiles/models/multimodal/guo-glip.json"
};
static const unsigned char file476[] = {
#embed "../../Profiles/models/multimodal/i-ai.json"
};
static const unsigned char file477[] = {
#embed "../../Profiles/models/multimodal/imitate.json"
};
static const unsigned char file478[] = {
#embed "../../Profiles/models/multimodal/kad-512.json"
};
static const unsigned char file479[] = {
#embed "../../Profiles/models/multimodal/llava-1.5-13b-stage1.json"
};
static const unsigned char file480[] = {
#embed "../../Profiles/models/multimodal/llava-1.5-13b-stage2.json"
};
static const unsigned char file481[] = {
#embed "../../Profiles/models/multimodal/llava-1.5-13b.json"
};
static const unsigned char file482[] = {
#embed "../../Profiles/models/multimodal/llava-1.5-7b-stage1.json"
};
static const unsigned char file483[] = {
#embed "../../Profiles/models/multimodal/llava-1.5-7b-stage2.json"
};
static const unsigned char file484[] = {
#embed "../../Profiles/models/multimodal/llava-1.5-7b.json"
};
static const unsigned char file485[] = {
#embed "../../Profiles/models/multimodal/llava-med-1.5-mistral-7b.json"
};
static const unsigned char file486[] = {
#embed "../../Profiles/models/multimodal/llava-med-7b-224-linear.json"
};
static const unsigned char file487[] = {
#embed "../../Profiles/models/multimodal/llava-med-7b-224-stage1.json"
};
static const unsigned char file488[] = {
#embed "../../Profiles/models/multimodal/llava-med-7b-224-stage2.json"
};
static const unsigned char file489[] = {
#embed "../../Profiles/models/multimodal/llava-med-7b-224.json"
};
static const unsigned char file490[] = {
#embed "../../Profiles/models/multimodal/lovt.json"
};
static const unsigned char file491[] = {
#embed "../../Profiles/models/multimodal/lu-gpt2-medium.json"
};
static const unsigned char file492[] = {
#embed "../../Profiles/models/multimodal/lu-gpt2.json"
};
static const unsigned char file493[] = {
#embed "../../Profiles/models/multimodal/lu-open-llama-7b.json"
};
static const unsigned char file494[] = {
#embed "../../Profiles/models/multimodal/m-flag-r50.json"
};
static const unsigned char file495[] = {
#embed "../../Profiles/models/multimodal/m3ad.json"
};
static const unsigned char file496[] = {
#embed "../../Profiles/models/multimodal/m3ae.json"
};
static const unsigned char file497[] = {
#embed "../../Profiles/models/multimodal/maco.json"
};
static const unsigned char file498[] = {
#embed "../../Profiles/models/multimodal/med-flamingo.json"
};
static const unsigned char file499[] = {
#embed "../../Profiles/models/multimodal/med-palm-m-12b.json"
};
static const unsigned char file500[] = {
#embed "../../Profiles/models/multimodal/med-palm-m-562b.json"
};
static const unsigned char file501[] = {
#embed "../../Profiles/models/multimodal/med-palm-m-84b.json"
};
static const unsigned char file502[] = {
#embed "../../Profiles/models/multimodal/med-unic-r50.json"
};
static const unsigned char file503[] = {
#embed "../../Profiles/models/multimodal/med-unic-vit-b.json"
};
static const unsigned char file504[] = {
#embed "../../Profiles/models/multimodal/medclip-r50.json"
};
static const unsigned char file505[] = {
#embed "../../Profiles/models/multimodal/medclip-swin.json"
};
static const unsigned char file506[] = {
#embed "../../Profiles/models/multimodal/medklip.json"
};
static const unsigned char file507[] = {
#embed "../../Profiles/models/multimodal/medvill.json"
};
static const unsigned char file508[] = {
#embed "../../Profiles/models/multimodal/medvint-td.json"
};
static const unsigned char file509[] = {
#embed "../../Profiles/models/multimodal/medvint-te.json"
};
static const unsigned char file510[] = {
#embed "../../Profiles/models/multimodal/mgca-r50.json"
};
static const unsigned char file511[] = {
#embed "../../Profiles/models/multimodal/mgca-vit-b.json"
};
static const unsigned char file512[] = {
#embed "../../Profiles/models/multimodal/mi-zero-bioclinicalbert.json"
};
static const unsigned char file513[] = {
#embed "../../Profiles/models/multimodal/mi-zero-pubmedbert.json"
};
static const unsigned char file514[] = {
#embed "../../Profiles/models/multimodal/minigpt4-13b.json"
};
static const unsigned char file515[] = {
#embed "../../Profiles/models/multimodal/minigpt4-7b.json"
};
static const unsigned char file516[] = {
#embed "../../Profiles/models/multimodal/mmbert.json"
};
static const unsigned char file517[] = {
#embed "../../Profiles/models/multimodal/moleculestm-graph.json"
};
static const unsigned char file518[] = {
#embed "../../Profiles/models/multimodal/moleculestm-smiles.json"
};
static const unsigned char file519[] = {
#embed "../../Profiles/models/multimodal/mrm.json"
};
static const unsigned char file520[] = {
#embed "../../Profiles/models/multimodal/mumc.json"
};
static const unsigned char file521[] = {
#embed "../../Profiles/models/multimodal/open-coca_vit-b-32.json"
};
static const unsigned char file522[] = {
#embed "../../Profiles/models/multimodal/open-coca_vit-l-14.json"
};
static const unsigned char file523[] = {
#embed "../../Profiles/models/multimodal/open-flamingo-9b.json"
};
static const unsigned char file524[] = {
#embed "../../Profiles/models/multimodal/pathasst.json"
};
static const unsigned char file525[] = {
#embed "../../Profiles/models/multimodal/pathchat.json"
};
static const unsigned char file526[] = {
#embed "../../Profiles/models/multimodal/plip.json"
};
static const unsigned char file527[] = {
#embed "../../Profiles/models/multimodal/pmc-clip.json"
};
static const unsigned char file528[] = {
#embed "../../Profiles/models/multimodal/prior.json"
};
static const unsigned char file529[] = {
#embed "../../Profiles/models/multimodal/proteindt-clap.json"
};
static const unsigned char file530[] = {
#embed "../../Profiles/models/multimodal/pubmedclip-rn50.json"
};
static const unsigned char file531[] = {
#embed "../../Profiles/models/multimodal/pubmedclip-rn50x4.json"
};
static const unsigned char file532[] = {
#embed "../../Profiles/models/multimodal/pubmedclip.json"
};
static const unsigned char file533[] = {
#embed "../../Profiles/models/multimodal/qilin-med-vl.json"
};
static const unsigned char file534[] = {
#embed "../../Profiles/models/multimodal/qin-glip.json"
};
static const unsigned char file535[] = {
#embed "../../Profiles/models/multimodal/quiltnet-b-16-pmb.json"
};
static const unsigned char file536[] = {
#embed "../../Profiles/models/multimodal/quiltnet-b-16.json"
};
static const unsigned char file537[] = {
#embed "../../Profiles/models/multimodal/quiltnet.json"
};
static const unsigned char file538[] = {
#embed "../../Profiles/models/multimodal/r2gen.json"
};
static const unsigned char file539[] = {
#embed "../../Profiles/models/multimodal/radfm-14b.json"
};
static const unsigned char file540[] = {
#embed "../../Profiles/models/multimodal/radfm-vision.json"
};
static const unsigned char file541[] = {
#embed "../../Profiles/models/multimodal/roentgen.json"
};
static const unsigned char file542[] = {
#embed "../../Profiles/models/multimodal/sd1-unet.json"
};
static const unsigned char file543[] = {
#embed "../../Profiles/models/multimodal/sd1-vae.json"
};
static const unsigned char file544[] = {
#embed "../../Profiles/models/multimodal/sd2-unet.json"
};
static const unsigned char file545[] = {
#embed "../../Profiles/models/multimodal/stable-diffusion-v1.json"
};
static const unsigned char file546[] = {
#embed "../../Profiles/models/multimodal/stable-diffusion-v2.json"
};
static const unsigned char file547[] = {
#embed "../../Profiles/models/multimodal/t3d.json"
};
static const unsigned char file548[] = {
#embed "../../Profiles/models/multimodal/umcl.json"
};
static const unsigned char file549[] = {
#embed "../../Profiles/models/multimodal/unibrain.json"
};
static const unsigned char file550[] = {
#embed "../../Profiles/models/multimodal/van-sonsbeek-biogpt.json"
};
static const unsigned char file551[] = {
#embed "../../Profiles/models/multimodal/van-sonsbeek-biomedlm.json"
};
static const unsigned char file552[] = {
#embed "../../Profiles/models/multimodal/van-sonsbeek-gpt2-xl.json"
};
static const unsigned char file553[] = {
#embed "../../Profiles/models/multimodal/vit-bert-dual.json"
};
static const unsigned char file554[] = {
#embed "../../Profiles/models/multimodal/xplainer.json"
};
static const unsigned char file555[] = {
#embed "../../Profiles/models/multimodal/xraygpt-vit-g.json"
};
static const unsigned char file556[] = {
#embed "../../Profiles/models/multimodal/xraygpt.json"
};
static const unsigned char file557[] = {
#embed "../../Profiles/models/vision/3dsam-adapter.json"
};
static const unsigned char file558[] = {
#embed "../../Profiles/models/vision/adaptivesam.json"
};
static const unsigned char file559[] = {
#embed "../../Profiles/models/vision/after-sam.json"
};
static const unsigned char file560[] = {
#embed "../../Profiles/models/vision/all-in-sam.json"
};
static const unsigned char file561[] = {
#embed "../../Profiles/models/vision/anand-sam.json"
};
static const unsigned char file562[] = {
#embed "../../Profiles/models/vision/autosam.json"
};
static const unsigned char file563[] = {
#embed "../../Profiles/models/vision/baharoon-dinov2-vitb14.json"
};
static const unsigned char file564[] = {
#embed "../../Profiles/models/vision/baharoon-dinov2-vitg14.json"
};
static const unsigned char file565[] = {
#embed "../../Profiles/models/vision/baharoon-dinov2-vitl14.json"
};
static const unsigned char file566[] = {
#embed "../../Profiles/models/vision/brow.json"
};
static const unsigned char file567[] = {
#embed "../../Profiles/models/vision/c2l-densenet121.json"
};
static const unsigned char file568[] = {
#embed "../../Profiles/models/vision/c2l-resnet18.json"
};
static const unsigned char file569[] = {
#embed "../../Profiles/models/vision/campanella-vit-l.json"
};
static const unsigned char file570[] = {
#embed "../../Profiles/models/vision/campanella-vit-s.json"
};
static const unsigned char file571[] = {
#embed "../../Profiles/models/vision/cellsam.json"
};
static const unsigned char file572[] = {
#embed "../../Profiles/models/vision/ciga-resnet18.json"
};
static const unsigned char file573[] = {
#embed "../../Profiles/models/vision/clip-rn101-visual.json"
};
static const unsigned char file574[] = {
#embed "../../Profiles/models/vision/clip-rn50-visual.json"
};
static const unsigned char file575[] = {
#embed "../../Profiles/models/vision/clip-rn50x4-visual.json"
};
static const unsigned char file576[] = {
#embed "../../Profiles/models/vision/convnext_base.json"
};
static const unsigned char file577[] = {
#embed "../../Profiles/models/vision/convnext_large.json"
};
static const unsigned char file578[] = {
#embed "../../Profiles/models/vision/convnext_small.json"
};
static const unsigned char file579[] = {
#embed "../../Profiles/models/vision/convnext_tiny.json"
};
static const unsigned char file580[] = {
#embed "../../Profiles/models/vision/ctranspath.json"
};
static const unsigned char file581[] = {
#embed "../../Profiles/models/vision/deblurring-mae.json"
};
static const unsigned char file582[] = {
#embed "../../Profiles/models/vision/densenet121-3d.json"
};
static const unsigned char file583[] = {
#embed "../../Profiles/models/vision/densenet121.json"
};
static const unsigned char file584[] = {
#embed "../../Profiles/models/vision/densenet161.json"
};
static const unsigned char file585[] = {
#embed "../../Profiles/models/vision/densenet169.json"
};
static const unsigned char file586[] = {
#embed "../../Profiles/models/vision/densenet201.json"
};
static const unsigned char file587[] = {
#embed "../../Profiles/models/vision/desam.json"
};
static const unsigned char file588[] = {
#embed "../../Profiles/models/vision/dinov2-vitb14.json"
};
static const unsigned char file589[] = {
#embed "../../Profiles/models/vision/dinov2-vitg14.json"
};
static const unsigned char file590[] = {
#embed "../../Profiles/models/vision/dinov2-vitl14.json"
};
static const unsigned char file591[] = {
#embed "../../Profiles/models/vision/dinov2-vits14.json"
};
static const unsigned char file592[] = {
#embed "../../Profiles/models/vision/efficientnet_b0.json"
};
static const unsigned char file593[] = {
#embed "../../Profiles/models/vision/efficientnet_b1.json"
};
static const unsigned char file594[] = {
#embed "../../Profiles/models/vision/efficientnet_b2.json"
};
static const unsigned char file595[] = {
#embed "../../Profiles/models/vision/efficientnet_b3.json"
};
static const unsigned char file596[] = {
#embed "../../Profiles/models/vision/efficientnet_b4.json"
};
static const unsigned char file597[] = {
#embed "../../Profiles/models/vision/efficientnet_b5.json"
};
static const unsigned char file598[] = {
#embed "../../Profiles/models/vision/efficientnet_b6.json"
};
static const unsigned char file599[] = {
#embed "../../Profiles/models/vision/efficientnet_b7.json"
};
static const unsigned char file600[] = {
#embed "../../Profiles/models/vision/endo-fm-timesformer.json"
};
static const unsigned char file601[] = {
#embed "../../Profiles/models/vision/eviprompt-b.json"
};
static const unsigned char file602[] = {
#embed "../../Profiles/models/vision/eviprompt-h.json"
};
static const unsigned char file603[] = {
#embed "../../Profiles/models/vision/feng-sam.json"
};
static const unsigned char file604[] = {
#embed "../../Profiles/models/vision/ghesu-resnet50w2.json"
};
static const unsigned char file605[] = {
#embed "../../Profiles/models/vision/gigapath-slide.json"
};
static const unsigned char file606[] = {
#embed "../../Profiles/models/vision/gigapath-tile.json"
};
static const unsigned char file607[] = {
#embed "../../Profiles/models/vision/gvsl-unet.json"
};
static const unsigned char file608[] = {
#embed "../../Profiles/models/vision/lvm-med-resnet50.json"
};
static const unsigned char file609[] = {
#embed "../../Profiles/models/vision/lvm-med-vit-b.json"
};
static const unsigned char file610[] = {
#embed "../../Profiles/models/vision/ma-sam.json"
};
static const unsigned char file611[] = {
#embed "../../Profiles/models/vision/mae_vit_base_patch16_dec512d8b.json"
};
static const unsigned char file612[] = {
#embed "../../Profiles/models/vision/mae_vit_huge_patch14_dec512d8b.json"
};
static const unsigned char file613[] = {
#embed "../../Profiles/models/vision/mae_vit_large_patch16_dec512d8b.json"
};
static const unsigned char file614[] = {
#embed "../../Profiles/models/vision/mammo-sam.json"
};
static const unsigned char file615[] = {
#embed "../../Profiles/models/vision/med-sa.json"
};
static const unsigned char file616[] = {
#embed "../../Profiles/models/vision/med3d-resnet10.json"
};
static const unsigned char file617[] = {
#embed "../../Profiles/models/vision/med3d-resnet101.json"
};
static const unsigned char file618[] = {
#embed "../../Profiles/models/vision/med3d-resnet152.json"
};
static const unsigned char file619[] = {
#embed "../../Profiles/models/vision/med3d-resnet18.json"
};
static const unsigned char file620[] = {
#embed "../../Profiles/models/vision/med3d-resnet200.json"
};
static const unsigned char file621[] = {
#embed "../../Profiles/models/vision/med3d-resnet34.json"
};
static const unsigned char file622[] = {
#embed "../../Profiles/models/vision/med3d-resnet50.json"
};
static const unsigned char file623[] = {
#embed "../../Profiles/models/vision/medivista-sam.json"
};
static const unsigned char file624[] = {
#embed "../../Profiles/models/vision/medlsam.json"
};
static const unsigned char file625[] = {
#embed "../../Profiles/models/vision/medsam-vit-b.json"
};
static const unsigned char file626[] = {
#embed "../../Profiles/models/vision/mis-fm-pctnet.json"
};
static const unsigned char file627[] = {
#embed "../../Profiles/models/vision/mobilesam-image-encoder.json"
};
static const unsigned char file628[] = {
#embed "../../Profiles/models/vision/mobilesam.json"
};
static const unsigned char file629[] = {
#embed "../../Profiles/models/vision/moco-cxr-densenet121.json"
};
static const unsigned char file630[] = {
#embed "../../Profiles/models/vision/moco-cxr-resnet18.json"
};
static const unsigned char file631[] = {
#embed "../../Profiles/models/vision/models-genesis-unet3d.json"
};
static const unsigned char file632[] = {
#embed "../../Profiles/models/vision/nnsam.json"
};
static const unsigned char file633[] = {
#embed "../../Profiles/models/vision/nnunet-2d.json"
};
static const unsigned char file634[] = {
#embed "../../Profiles/models/vision/nnunet-3d-fullres.json"
};
static const unsigned char file635[] = {
#embed "../../Profiles/models/vision/nnunet-resenc-l.json"
};
static const unsigned char file636[] = {
#embed "../../Profiles/models/vision/nnunet-resenc-m.json"
};
static const unsigned char file637[] = {
#embed "../../Profiles/models/vision/nnunet-resenc-xl.json"
};
static const unsigned char file638[] = {
#embed "../../Profiles/models/vision/pancy-yolov8-sam.json"
};
static const unsigned char file639[] = {
#embed "../../Profiles/models/vision/polyp-sam-b.json"
};
static const unsigned char file640[] = {
#embed "../../Profiles/models/vision/polyp-sam-l.json"
};
static const unsigned char file641[] = {
#embed "../../Profiles/models/vision/polyp-sam-plus-plus.json"
};
static const unsigned char file642[] = {
#embed "../../Profiles/models/vision/promise.json"
};
static const unsigned char file643[] = {
#embed "../../Profiles/models/vision/punetr.json"
};
static const unsigned char file644[] = {
#embed "../../Profiles/models/vision/r3d18.json"
};
static const unsigned char file645[] = {
#embed "../../Profiles/models/vision/resnet101.json"
};
static const unsigned char file646[] = {
#embed "../../Profiles/models/vision/resnet152.json"
};
static const unsigned char file647[] = {
#embed "../../Profiles/models/vision/resnet18.json"
};
static const unsigned char file648[] = {
#embed "../../Profiles/models/vision/resnet34.json"
};
static const unsigned char file649[] = {
#embed "../../Profiles/models/vision/resnet50.json"
};
static const unsigned char file650[] = {
#embed "../../Profiles/models/vision/resnext101_32x8d.json"
};
static const unsigned char file651[] = {
#embed "../../Profiles/models/vision/resnext101_64x4d.json"
};
static const unsigned char file652[] = {
#embed "../../Profiles/models/vision/resnext50_32x4d.json"
};
static const unsigned char file653[] = {
#embed "../../Profiles/models/vision/retfound.json"
};
static const unsigned char file654[] = {
#embed "../../Profiles/models/vision/rudolfv.json"
};
static const unsigned char file655[] = {
#embed "../../Profiles/models/vision/sam-lst.json"
};
static const unsigned char file656[] = {
#embed "../../Profiles/models/vision/sam-mask-decoder.json"
};
static const unsigned char file657[] = {
#embed "../../Profiles/models/vision/sam-med2d.json"
};
static const unsigned char file658[] = {
#embed "../../Profiles/models/vision/sam-med3d.json"
};
static const unsigned char file659[] = {
#embed "../../Profiles/models/vision/sam-octa.json"
};
static const unsigned char file660[] = {
#embed "../../Profiles/models/vision/sam-path.json"
};
static const unsigned char file661[] = {
#embed "../../Profiles/models/vision/sam-u.json"
};
static const unsigned char file662[] = {
#embed "../../Profiles/models/vision/sam-vit_b-image-encoder.json"
};
static const unsigned char file663[] = {
#embed "../../Profiles/models/vision/sam-vit_b.json"
};
static const unsigned char file664[] = {
#embed "../../Profiles/models/vision/sam-vit_h-image-encoder.json"
};
static const unsigned char file665[] = {
#embed "../../Profiles/models/vision/sam-vit_h.json"
};
static const unsigned char file666[] = {
#embed "../../Profiles/models/vision/sam-vit_l-image-encoder.json"
};
static const unsigned char file667[] = {
#embed "../../Profiles/models/vision/sam-vit_l.json"
};
static const unsigned char file668[] = {
#embed "../../Profiles/models/vision/samaug.json"
};
static const unsigned char file669[] = {
#embed "../../Profiles/models/vision/samed-h.json"
};
static const unsigned char file670[] = {
#embed "../../Profiles/models/vision/samed.json"
};
static const unsigned char file671[] = {
#embed "../../Profiles/models/vision/samm-b.json"
};
static const unsigned char file672[] = {
#embed "../../Profiles/models/vision/samm-h.json"
};
static const unsigned char file673[] = {
#embed "../../Profiles/models/vision/samm-l.json"
};
static const unsigned char file674[] = {
#embed "../../Profiles/models/vision/sampot.json"
};
static const unsigned char file675[] = {
#embed "../../Profiles/models/vision/samus.json"
};
static const unsigned char file676[] = {
#embed "../../Profiles/models/vision/segmentanybone.json"
};
static const unsigned char file677[] = {
#embed "../../Profiles/models/vision/segresnet-brats.json"
};
static const unsigned char file678[] = {
#embed "../../Profiles/models/vision/segresnet.json"
};
static const unsigned char file679[] = {
#embed "../../Profiles/models/vision/segvol-image-encoder.json"
};
static const unsigned char file680[] = {
#embed "../../Profiles/models/vision/segvol.json"
};
static const unsigned char file681[] = {
#embed "../../Profiles/models/vision/semisam.json"
};
static const unsigned char file682[] = {
#embed "../../Profiles/models/vision/skinsam.json"
};
static const unsigned char file683[] = {
#embed "../../Profiles/models/vision/sp-sam.json"
};
static const unsigned char file684[] = {
#embed "../../Profiles/models/vision/stunet-b.json"
};
static const unsigned char file685[] = {
#embed "../../Profiles/models/vision/stunet-h.json"
};
static const unsigned char file686[] = {
#embed "../../Profiles/models/vision/stunet-l.json"
};
static const unsigned char file687[] = {
#embed "../../Profiles/models/vision/stunet-s.json"
};
static const unsigned char file688[] = {
#embed "../../Profiles/models/vision/surgicalsam.json"
};
static const unsigned char file689[] = {
#embed "../../Profiles/models/vision/swin_base_patch4_window7_224.json"
};
static const unsigned char file690[] = {
#embed "../../Profiles/models/vision/swin_large_patch4_window7_224.json"
};
static const unsigned char file691[] = {
#embed "../../Profiles/models/vision/swin_small_patch4_window7_224.json"
};
static const unsigned char file692[] = {
#embed "../../Profiles/models/vision/swin_tiny_patch4_window7_224.json"
};
static const unsigned char file693[] = {
#embed "../../Profiles/models/vision/swinsam.json"
};
static const unsigned char file694[] = {
#embed "../../Profiles/models/vision/swinunetr-24.json"
};
static const unsigned char file695[] = {
#embed "../../Profiles/models/vision/swinunetr-48.json"
};
static const unsigned char file696[] = {
#embed "../../Profiles/models/vision/swinunetr-v2-48.json"
};
static const unsigned char file697[] = {
#embed "../../Profiles/models/vision/tiny_vit_11m_224.json"
};
static const unsigned char file698[] = {
#embed "../../Profiles/models/vision/tiny_vit_21m_224.json"
};
static const unsigned char file699[] = {
#embed "../../Profiles/models/vision/tiny_vit_5m_224.json"
};
static const unsigned char file700[] = {
#embed "../../Profiles/models/vision/transvw-unet3d.json"
};
static const unsigned char file701[] = {
#embed "../../Profiles/models/vision/unet-resnet18-smp.json"
};
static const unsigned char file702[] = {
#embed "../../Profiles/models/vision/unet-resnet34-smp.json"
};
static const unsigned char file703[] = {
#embed "../../Profiles/models/vision/unet-resnet50-smp.json"
};
static const unsigned char file704[] = {
#embed "../../Profiles/models/vision/unet2d-basic.json"
};
static const unsigned char file705[] = {
#embed "../../Profiles/models/vision/unet3d-basic.json"
};
static const unsigned char file706[] = {
#embed "../../Profiles/models/vision/unetr-16.json"
};
static const unsigned char file707[] = {
#embed "../../Profiles/models/vision/uni.json"
};
static const unsigned char file708[] = {
#embed "../../Profiles/models/vision/uni2-h.json"
};
static const unsigned char file709[] = {
#embed "../../Profiles/models/vision/universeg.json"
};
static const unsigned char file710[] = {
#embed "../../Profiles/models/vision/ur-sam.json"
};
static const unsigned char file711[] = {
#embed "../../Profiles/models/vision/usfm.json"
};
static const unsigned char file712[] = {
#embed "../../Profiles/models/vision/virchow.json"
};
static const unsigned char file713[] = {
#embed "../../Profiles/models/vision/virchow2.json"
};
static const unsigned char file714[] = {
#embed "../../Profiles/models/vision/visionfm.json"
};
static const unsigned char file715[] = {
#embed "../../Profiles/models/vision/vit-b-16.json"
};
static const unsigned char file716[] = {
#embed "../../Profiles/models/vision/vit-h-14.json"
};
static const unsigned char file717[] = {
#embed "../../Profiles/models/vision/vit-l-16.json"
};
static const unsigned char file718[] = {
#embed "../../Profiles/models/vision/vit-large-linear-probe.json"
};
static const unsigned char file719[] = {
#embed "../../Profiles/models/vision/vit-s-16.json"
};
static const unsigned char file720[] = {
#embed "../../Profiles/models/vision/voco-b.json"
};
static const unsigned char file721[] = {
#embed "../../Profiles/models/vision/voco-h.json"
};
static const unsigned char file722[] = {
#embed "../../Profiles/models/vision/voco-l.json"
};
static const unsigned char file723[] = {
#embed "../../Profiles/models/vision/wide_resnet101_2.json"
};
static const unsigned char file724[] = {
#embed "../../Profiles/models/vision/wide_resnet50_2.json"
};
static const unsigned char file725[] = {
#embed "../../Profiles/models/vision/yolov8l.json"
};
static const unsigned char file726[] = {
#embed "../../Profiles/models/vision/yolov8m.json"
};
static const unsigned char file727[] = {
#embed "../../Profiles/models/vision/yolov8n.json"
};
static const unsigned char file728[] = {
#embed "../../Profiles/models/vision/yolov8s.json"
};
static const unsigned char file729[] = {
#embed "../../Profiles/models/vision/yolov8x.json"
};
static const unsigned char file730[] = {
#embed "../../Profiles/survey.json"
};

const CProfilesFile CProfilesFiles[] = {
    {"clusters/a100-80gb.json", file0, sizeof file0},
    {"clusters/cpu-epyc-9654.json", file1, sizeof file1},
    {"clusters/deepseek-h800.json", file2, sizeof file2},
    {"clusters/dgx-a100-40gb.json", file3, sizeof file3},
    {"clusters/dgx-a100-80gb.json", file4, sizeof file4},
    {"clusters/dgx-a100-superpod.json", file5, sizeof file5},
    {"clusters/dgx-b200-superpod.json", file6, sizeof file6},
    {"clusters/dgx-b200.json", file7, sizeof file7},
    {"clusters/dgx-b300-superpod.json", file8, sizeof file8},
    {"clusters/dgx-h100-superpod.json", file9, sizeof file9},
    {"clusters/dgx-h100.json", file10, sizeof file10},
    {"clusters/dgx-h200.json", file11, sizeof file11},
    {"clusters/dgx1-v100-32gb.json", file12, sizeof file12},
    {"clusters/dgx2-v100.json", file13, sizeof file13},
    {"clusters/epfl-a100.json", file14, sizeof file14},
    {"clusters/gaudi2-8.json", file15, sizeof file15},
    {"clusters/gb200-nvl72-superpod.json", file16, sizeof file16},
    {"clusters/gb300-nvl72-superpod.json", file17, sizeof file17},
    {"clusters/h100-80gb.json", file18, sizeof file18},
    {"clusters/hospital-2x-h100-pcie.json", file19, sizeof file19},
    {"clusters/hospital-2x8-a100-40gb.json", file20, sizeof file20},
    {"clusters/hospital-4x4-l40s.json", file21, sizeof file21},
    {"clusters/jean-zay-a100.json", file22, sizeof file22},
    {"clusters/jean-zay-v100.json", file23, sizeof file23},
    {"clusters/meta-h100-24k.json", file24, sizeof file24},
    {"clusters/meta-rsc.json", file25, sizeof file25},
    {"clusters/mi250-4.json", file26, sizeof file26},
    {"clusters/mi300x-8.json", file27, sizeof file27},
    {"clusters/mosaicml-a100-40gb.json", file28, sizeof file28},
    {"clusters/mosaicml-a100-80gb.json", file29, sizeof file29},
    {"clusters/mosaicml-h100.json", file30, sizeof file30},
    {"clusters/selene-a100.json", file31, sizeof file31},
    {"clusters/server-4x-a10.json", file32, sizeof file32},
    {"clusters/server-4x-t4.json", file33, sizeof file33},
    {"clusters/server-8x-rtx-4090.json", file34, sizeof file34},
    {"clusters/torchtitan-h100.json", file35, sizeof file35},
    {"clusters/tpu-v4-pod.json", file36, sizeof file36},
    {"clusters/tpu-v5e-256.json", file37, sizeof file37},
    {"clusters/tpu-v5p-pod.json", file38, sizeof file38},
    {"clusters/vtrain-a100.json", file39, sizeof file39},
    {"clusters/workstation-2x-rtx-3090.json", file40, sizeof file40},
    {"clusters/workstation-2x-rtx-4090.json", file41, sizeof file41},
    {"clusters/workstation-4x-rtx-a6000.json", file42, sizeof file42},
    {"clusters/workstation-rtx-3060.json", file43, sizeof file43},
    {"clusters/workstation-rtx-4090.json", file44, sizeof file44},
    {"datasets/bioinformatics.json", file45, sizeof file45},
    {"datasets/comprehensive.json", file46, sizeof file46},
    {"datasets/language.json", file47, sizeof file47},
    {"datasets/multimodal.json", file48, sizeof file48},
    {"datasets/vision.json", file49, sizeof file49},
    {"devices/a10.json", file50, sizeof file50},
    {"devices/a100-40gb-pcie.json", file51, sizeof file51},
    {"devices/a100-40gb-sxm.json", file52, sizeof file52},
    {"devices/a100-80gb-pcie.json", file53, sizeof file53},
    {"devices/a100-80gb-sxm.json", file54, sizeof file54},
    {"devices/a100-mig-1g.10gb.json", file55, sizeof file55},
    {"devices/a100-mig-1g.5gb.json", file56, sizeof file56},
    {"devices/a100-mig-2g.10gb.json", file57, sizeof file57},
    {"devices/a100-mig-2g.20gb.json", file58, sizeof file58},
    {"devices/a100-mig-3g.20gb.json", file59, sizeof file59},
    {"devices/a100-mig-3g.40gb.json", file60, sizeof file60},
    {"devices/a30.json", file61, sizeof file61},
    {"devices/a40.json", file62, sizeof file62},
    {"devices/b200.json", file63, sizeof file63},
    {"devices/b300.json", file64, sizeof file64},
    {"devices/epyc-7742-dual.json", file65, sizeof file65},
    {"devices/epyc-7763-dual.json", file66, sizeof file66},
    {"devices/epyc-9654-dual.json", file67, sizeof file67},
    {"devices/epyc-9965-dual.json", file68, sizeof file68},
    {"devices/gaudi2.json", file69, sizeof file69},
    {"devices/gaudi3.json", file70, sizeof file70},
    {"devices/gb200.json", file71, sizeof file71},
    {"devices/gb300.json", file72, sizeof file72},
    {"devices/grace-superchip.json", file73, sizeof file73},
    {"devices/graviton3.json", file74, sizeof file74},
    {"devices/graviton4.json", file75, sizeof file75},
    {"devices/h100-80gb-pcie.json", file76, sizeof file76},
    {"devices/h100-80gb-sxm.json", file77, sizeof file77},
    {"devices/h100-94gb-nvl.json", file78, sizeof file78},
    {"devices/h100-96gb-500w.json", file79, sizeof file79},
    {"devices/h100-mig-1g.10gb.json", file80, sizeof file80},
    {"devices/h100-mig-2g.20gb.json", file81, sizeof file81},
    {"devices/h100-mig-3g.40gb.json", file82, sizeof file82},
    {"devices/h200.json", file83, sizeof file83},
    {"devices/h800-80gb-sxm.json", file84, sizeof file84},
    {"devices/l4.json", file85, sizeof file85},
    {"devices/l40.json", file86, sizeof file86},
    {"devices/l40s.json", file87, sizeof file87},
    {"devices/m1-max.json", file88, sizeof file88},
    {"devices/m1-ultra.json", file89, sizeof file89},
    {"devices/m2-ultra.json", file90, sizeof file90},
    {"devices/m3-max.json", file91, sizeof file91},
    {"devices/m3-ultra.json", file92, sizeof file92},
    {"devices/m4-max.json", file93, sizeof file93},
    {"devices/max-1550.json", file94, sizeof file94},
    {"devices/mi100.json", file95, sizeof file95},
    {"devices/mi210.json", file96, sizeof file96},
    {"devices/mi250.json", file97, sizeof file97},
    {"devices/mi250x.json", file98, sizeof file98},
    {"devices/mi300x.json", file99, sizeof file99},
    {"devices/mi325x.json", file100, sizeof file100},
    {"devices/mi350x.json", file101, sizeof file101},
    {"devices/mi355x.json", file102, sizeof file102},
    {"devices/p100-16gb-pcie.json", file103, sizeof file103},
    {"devices/p100-16gb.json", file104, sizeof file104},
    {"devices/p4.json", file105, sizeof file105},
    {"devices/quadro-rtx-5000.json", file106, sizeof file106},
    {"devices/quadro-rtx-6000.json", file107, sizeof file107},
    {"devices/quadro-rtx-8000.json", file108, sizeof file108},
    {"devices/rtx-2070.json", file109, sizeof file109},
    {"devices/rtx-2080-ti.json", file110, sizeof file110},
    {"devices/rtx-2080.json", file111, sizeof file111},
    {"devices/rtx-3060.json", file112, sizeof file112},
    {"devices/rtx-3070.json", file113, sizeof file113},
    {"devices/rtx-3080-ti.json", file114, sizeof file114},
    {"devices/rtx-3080.json", file115, sizeof file115},
    {"devices/rtx-3090.json", file116, sizeof file116},
    {"devices/rtx-4060-ti-16gb.json", file117, sizeof file117},
    {"devices/rtx-4070-ti-super.json", file118, sizeof file118},
    {"devices/rtx-4070.json", file119, sizeof file119},
    {"devices/rtx-4080.json", file120, sizeof file120},
    {"devices/rtx-4090.json", file121, sizeof file121},
    {"devices/rtx-5000-ada.json", file122, sizeof file122},
    {"devices/rtx-5070-ti.json", file123, sizeof file123},
    {"devices/rtx-5080.json", file124, sizeof file124},
    {"devices/rtx-5090.json", file125, sizeof file125},
    {"devices/rtx-6000-ada.json", file126, sizeof file126},
    {"devices/rtx-a4000.json", file127, sizeof file127},
    {"devices/rtx-a5000.json", file128, sizeof file128},
    {"devices/rtx-a6000.json", file129, sizeof file129},
    {"devices/rtx-pro-6000.json", file130, sizeof file130},
    {"devices/t4.json", file131, sizeof file131},
    {"devices/titan-rtx.json", file132, sizeof file132},
    {"devices/titan-xp.json", file133, sizeof file133},
    {"devices/tpu-v3.json", file134, sizeof file134},
    {"devices/tpu-v4.json", file135, sizeof file135},
    {"devices/tpu-v5e.json", file136, sizeof file136},
    {"devices/tpu-v5p.json", file137, sizeof file137},
    {"devices/tpu-v6e.json", file138, sizeof file138},
    {"devices/v100-16gb-pcie.json", file139, sizeof file139},
    {"devices/v100-16gb.json", file140, sizeof file140},
    {"devices/v100-32gb-pcie.json", file141, sizeof file141},
    {"devices/v100-32gb.json", file142, sizeof file142},
    {"devices/xeon-6980p-dual.json", file143, sizeof file143},
    {"devices/xeon-8380-dual.json", file144, sizeof file144},
    {"devices/xeon-8480-dual.json", file145, sizeof file145},
    {"grids/australia.json", file146, sizeof file146},
    {"grids/brazil.json", file147, sizeof file147},
    {"grids/canada.json", file148, sizeof file148},
    {"grids/china.json", file149, sizeof file149},
    {"grids/eu.json", file150, sizeof file150},
    {"grids/france.json", file151, sizeof file151},
    {"grids/germany.json", file152, sizeof file152},
    {"grids/india.json", file153, sizeof file153},
    {"grids/italy.json", file154, sizeof file154},
    {"grids/japan.json", file155, sizeof file155},
    {"grids/netherlands.json", file156, sizeof file156},
    {"grids/norway.json", file157, sizeof file157},
    {"grids/poland.json", file158, sizeof file158},
    {"grids/quebec.json", file159, sizeof file159},
    {"grids/singapore.json", file160, sizeof file160},
    {"grids/south-africa.json", file161, sizeof file161},
    {"grids/south-korea.json", file162, sizeof file162},
    {"grids/spain.json", file163, sizeof file163},
    {"grids/sweden.json", file164, sizeof file164},
    {"grids/switzerland.json", file165, sizeof file165},
    {"grids/united-kingdom.json", file166, sizeof file166},
    {"grids/united-states.json", file167, sizeof file167},
    {"grids/us-california.json", file168, sizeof file168},
    {"grids/us-virginia.json", file169, sizeof file169},
    {"grids/world.json", file170, sizeof file170},
    {"models/bioinformatics/3utrbert-4mer.json", file171, sizeof file171},
    {"models/bioinformatics/3utrbert-5mer.json", file172, sizeof file172},
    {"models/bioinformatics/3utrbert-6mer.json", file173, sizeof file173},
    {"models/bioinformatics/3utrbert.json", file174, sizeof file174},
    {"models/bioinformatics/alphafold2-finetuning.json", file175, sizeof file175},
    {"models/bioinformatics/alphafold2.json", file176, sizeof file176},
    {"models/bioinformatics/aminobert.json", file177, sizeof file177},
    {"models/bioinformatics/celllm.json", file178, sizeof file178},
    {"models/bioinformatics/codonbert.json", file179, sizeof file179},
    {"models/bioinformatics/dnabert-2.json", file180, sizeof file180},
    {"models/bioinformatics/dnabert-3.json", file181, sizeof file181},
    {"models/bioinformatics/dnabert-4.json", file182, sizeof file182},
    {"models/bioinformatics/dnabert-5.json", file183, sizeof file183},
    {"models/bioinformatics/dnabert-6.json", file184, sizeof file184},
    {"models/bioinformatics/dnagpt-0.1b-h.json", file185, sizeof file185},
    {"models/bioinformatics/dnagpt-0.1b.json", file186, sizeof file186},
    {"models/bioinformatics/dnagpt-3b.json", file187, sizeof file187},
    {"models/bioinformatics/esm-1b.json", file188, sizeof file188},
    {"models/bioinformatics/esm2-150m.json", file189, sizeof file189},
    {"models/bioinformatics/esm2-15b.json", file190, sizeof file190},
    {"models/bioinformatics/esm2-35m.json", file191, sizeof file191},
    {"models/bioinformatics/esm2-3b.json", file192, sizeof file192},
    {"models/bioinformatics/esm2-650m.json", file193, sizeof file193},
    {"models/bioinformatics/esm2-8m.json", file194, sizeof file194},
    {"models/bioinformatics/evoformer-48.json", file195, sizeof file195},
    {"models/bioinformatics/gena-lm-base.json", file196, sizeof file196},
    {"models/bioinformatics/gena-lm-bigbird-base-sparse.json", file197, sizeof file197},
    {"models/bioinformatics/gena-lm-bigbird-base.json", file198, sizeof file198},
    {"models/bioinformatics/gena-lm-large.json", file199, sizeof file199},
    {"models/bioinformatics/genebert.json", file200, sizeof file200},
    {"models/bioinformatics/geneformer-106m.json", file201, sizeof file201},
    {"models/bioinformatics/geneformer-12l.json", file202, sizeof file202},
    {"models/bioinformatics/geneformer-20l.json", file203, sizeof file203},
    {"models/bioinformatics/geneformer.json", file204, sizeof file204},
    {"models/bioinformatics/genept.json", file205, sizeof file205},
    {"models/bioinformatics/gin-5x300.json", file206, sizeof file206},
    {"models/bioinformatics/hyenadna-large-1m.json", file207, sizeof file207},
    {"models/bioinformatics/hyenadna-medium-160k.json", file208, sizeof file208},
    {"models/bioinformatics/hyenadna-medium-450k.json", file209, sizeof file209},
    {"models/bioinformatics/hyenadna-small-32k.json", file210, sizeof file210},
    {"models/bioinformatics/hyenadna-tiny-1k-d256.json", file211, sizeof file211},
    {"models/bioinformatics/hyenadna-tiny-1k.json", file212, sizeof file212},
    {"models/bioinformatics/mrna-fm.json", file213, sizeof file213},
    {"models/bioinformatics/msa-transformer.json", file214, sizeof file214},
    {"models/bioinformatics/nucleotide-transformer-2.5b.json", file215, sizeof file215},
    {"models/bioinformatics/nucleotide-transformer-500m.json", file216, sizeof file216},
    {"models/bioinformatics/nucleotide-transformer-v2-100m.json", file217, sizeof file217},
    {"models/bioinformatics/nucleotide-transformer-v2-250m.json", file218, sizeof file218},
    {"models/bioinformatics/nucleotide-transformer-v2-500m.json", file219, sizeof file219},
    {"models/bioinformatics/nucleotide-transformer-v2-50m.json", file220, sizeof file220},
    {"models/bioinformatics/progen.json", file221, sizeof file221},
    {"models/bioinformatics/progen2-base.json", file222, sizeof file222},
    {"models/bioinformatics/progen2-bfd90.json", file223, sizeof file223},
    {"models/bioinformatics/progen2-large.json", file224, sizeof file224},
    {"models/bioinformatics/progen2-medium.json", file225, sizeof file225},
    {"models/bioinformatics/progen2-oas.json", file226, sizeof file226},
    {"models/bioinformatics/progen2-small.json", file227, sizeof file227},
    {"models/bioinformatics/progen2-xlarge.json", file228, sizeof file228},
    {"models/bioinformatics/protalbert.json", file229, sizeof file229},
    {"models/bioinformatics/protbert-bfd.json", file230, sizeof file230},
    {"models/bioinformatics/protbert.json", file231, sizeof file231},
    {"models/bioinformatics/protgpt2.json", file232, sizeof file232},
    {"models/bioinformatics/prott5-xl-encdec.json", file233, sizeof file233},
    {"models/bioinformatics/prott5-xl-encoder.json", file234, sizeof file234},
    {"models/bioinformatics/prott5-xxl-encdec.json", file235, sizeof file235},
    {"models/bioinformatics/prott5-xxl-encoder.json", file236, sizeof file236},
    {"models/bioinformatics/rna-fm.json", file237, sizeof file237},
    {"models/bioinformatics/rna-msm.json", file238, sizeof file238},
    {"models/bioinformatics/rnabert.json", file239, sizeof file239},
    {"models/bioinformatics/scbert.json", file240, sizeof file240},
    {"models/bioinformatics/scelmo.json", file241, sizeof file241},
    {"models/bioinformatics/scfoundation-100m.json", file242, sizeof file242},
    {"models/bioinformatics/scgpt.json", file243, sizeof file243},
    {"models/bioinformatics/splicebert-510.json", file244, sizeof file244},
    {"models/bioinformatics/splicebert.json", file245, sizeof file245},
    {"models/bioinformatics/uce-33l.json", file246, sizeof file246},
    {"models/bioinformatics/uce-4l.json", file247, sizeof file247},
    {"models/bioinformatics/utr-lm.json", file248, sizeof file248},
    {"models/bioinformatics/xtrimopglm-100b.json", file249, sizeof file249},
    {"models/bioinformatics/xtrimopglm-10b.json", file250, sizeof file250},
    {"models/bioinformatics/xtrimopglm-1b.json", file251, sizeof file251},
    {"models/bioinformatics/xtrimopglm-3b.json", file252, sizeof file252},
    {"models/language/albert-base.json", file253, sizeof file253},
    {"models/language/albert-large.json", file254, sizeof file254},
    {"models/language/albert-xlarge.json", file255, sizeof file255},
    {"models/language/albert-xxlarge.json", file256, sizeof file256},
    {"models/language/alpacare-13b.json", file257, sizeof file257},
    {"models/language/alpacare-7b.json", file258, sizeof file258},
    {"models/language/alpacare-llama2-13b.json", file259, sizeof file259},
    {"models/language/alpacare-llama2-7b.json", file260, sizeof file260},
    {"models/language/alphabert.json", file261, sizeof file261},
    {"models/language/antplm-med-10b.json", file262, sizeof file262},
    {"models/language/baichuan-13b.json", file263, sizeof file263},
    {"models/language/baichuan-7b.json", file264, sizeof file264},
    {"models/language/baichuan2-13b.json", file265, sizeof file265},
    {"models/language/baichuan2-7b.json", file266, sizeof file266},
    {"models/language/bart-base.json", file267, sizeof file267},
    {"models/language/bart-large.json", file268, sizeof file268},
    {"models/language/behrt.json", file269, sizeof file269},
    {"models/language/bentsao.json", file270, sizeof file270},
    {"models/language/bert-base.json", file271, sizeof file271},
    {"models/language/bert-large.json", file272, sizeof file272},
    {"models/language/bianque-1.json", file273, sizeof file273},
    {"models/language/bianque-2.json", file274, sizeof file274},
    {"models/language/bimedix.json", file275, sizeof file275},
    {"models/language/biobart-base.json", file276, sizeof file276},
    {"models/language/biobart-large.json", file277, sizeof file277},
    {"models/language/biobart-v2-base.json", file278, sizeof file278},
    {"models/language/biobart-v2-large.json", file279, sizeof file279},
    {"models/language/biobert.json", file280, sizeof file280},
    {"models/language/biogpt.json", file281, sizeof file281},
    {"models/language/biomedlm.json", file282, sizeof file282},
    {"models/language/biomistral-7b.json", file283, sizeof file283},
    {"models/language/bloom-176b.json", file284, sizeof file284},
    {"models/language/bloom-1b1.json", file285, sizeof file285},
    {"models/language/bloom-1b7.json", file286, sizeof file286},
    {"models/language/bloom-3b.json", file287, sizeof file287},
    {"models/language/bloom-560m.json", file288, sizeof file288},
    {"models/language/bloom-7b1.json", file289, sizeof file289},
    {"models/language/chatcad-plus.json", file290, sizeof file290},
    {"models/language/chatcad.json", file291, sizeof file291},
    {"models/language/chatdoctor.json", file292, sizeof file292},
    {"models/language/chatglm-6b.json", file293, sizeof file293},
    {"models/language/chatglm2-6b.json", file294, sizeof file294},
    {"models/language/chatglm3-6b.json", file295, sizeof file295},
    {"models/language/chatgpt.json", file296, sizeof file296},
    {"models/language/clinical-decision-transformer.json", file297, sizeof file297},
    {"models/language/clinical-longformer.json", file298, sizeof file298},
    {"models/language/clinicalbert.json", file299, sizeof file299},
    {"models/language/clinicalgpt.json", file300, sizeof file300},
    {"models/language/deberta-base.json", file301, sizeof file301},
    {"models/language/deberta-v3-base.json", file302, sizeof file302},
    {"models/language/deberta-v3-large.json", file303, sizeof file303},
    {"models/language/deberta-v3-small.json", file304, sizeof file304},
    {"models/language/deepseek-v3.json", file305, sizeof file305},
    {"models/language/deid-gpt.json", file306, sizeof file306},
    {"models/language/distilbert-base.json", file307, sizeof file307},
    {"models/language/doctorglm.json", file308, sizeof file308},
    {"models/language/dr-knows.json", file309, sizeof file309},
    {"models/language/electra-base.json", file310, sizeof file310},
    {"models/language/electra-large.json", file311, sizeof file311},
    {"models/language/falcon-40b.json", file312, sizeof file312},
    {"models/language/falcon-7b.json", file313, sizeof file313},
    {"models/language/flan-t5-base.json", file314, sizeof file314},
    {"models/language/flan-t5-large.json", file315, sizeof file315},
    {"models/language/flan-t5-small.json", file316, sizeof file316},
    {"models/language/flan-t5-xl.json", file317, sizeof file317},
    {"models/language/flan-t5-xxl.json", file318, sizeof file318},
    {"models/language/gatortron-base-345m.json", file319, sizeof file319},
    {"models/language/gatortron-large-8.9b.json", file320, sizeof file320},
    {"models/language/gatortron-medium-3.9b.json", file321, sizeof file321},
    {"models/language/gatortrongpt-20b.json", file322, sizeof file322},
    {"models/language/gatortrongpt-5b.json", file323, sizeof file323},
    {"models/language/gemma-2b.json", file324, sizeof file324},
    {"models/language/gemma-7b.json", file325, sizeof file325},
    {"models/language/gemma2-27b.json", file326, sizeof file326},
    {"models/language/gemma2-2b.json", file327, sizeof file327},
    {"models/language/gemma2-9b.json", file328, sizeof file328},
    {"models/language/gemma3-1b.json", file329, sizeof file329},
    {"models/language/glm-10b.json", file330, sizeof file330},
    {"models/language/glm-130b.json", file331, sizeof file331},
    {"models/language/gpt-4.json", file332, sizeof file332},
    {"models/language/gpt-doctor.json", file333, sizeof file333},
    {"models/language/gpt-j-6b.json", file334, sizeof file334},
    {"models/language/gpt-neo-1.3b.json", file335, sizeof file335},
    {"models/language/gpt-neox-20b.json", file336, sizeof file336},
    {"models/language/gpt2-large.json", file337, sizeof file337},
    {"models/language/gpt2-medium.json", file338, sizeof file338},
    {"models/language/gpt2-xl.json", file339, sizeof file339},
    {"models/language/gpt2.json", file340, sizeof file340},
    {"models/language/gpt3-175b.json", file341, sizeof file341},
    {"models/language/healthprompt.json", file342, sizeof file342},
    {"models/language/huatuogpt-13b.json", file343, sizeof file343},
    {"models/language/huatuogpt-7b.json", file344, sizeof file344},
    {"models/language/huatuogpt2-13b.json", file345, sizeof file345},
    {"models/language/huatuogpt2-34b.json", file346, sizeof file346},
    {"models/language/huatuogpt2-7b.json", file347, sizeof file347},
    {"models/language/jmlr-13b.json", file348, sizeof file348},
    {"models/language/jmlr-7b.json", file349, sizeof file349},
    {"models/language/llama-13b.json", file350, sizeof file350},
    {"models/language/llama-33b.json", file351, sizeof file351},
    {"models/language/llama-65b.json", file352, sizeof file352},
    {"models/language/llama-7b.json", file353, sizeof file353},
    {"models/language/llama2-13b.json", file354, sizeof file354},
    {"models/language/llama2-70b.json", file355, sizeof file355},
    {"models/language/llama2-7b.json", file356, sizeof file356},
    {"models/language/llama3-70b.json", file357, sizeof file357},
    {"models/language/llama3-8b.json", file358, sizeof file358},
    {"models/language/llama3.1-405b.json", file359, sizeof file359},
    {"models/language/llama3.1-70b.json", file360, sizeof file360},
    {"models/language/llama3.1-8b.json", file361, sizeof file361},
    {"models/language/llama3.2-1b.json", file362, sizeof file362},
    {"models/language/llama3.2-3b.json", file363, sizeof file363},
    {"models/language/longformer-base-4096.json", file364, sizeof file364},
    {"models/language/longformer-large-4096.json", file365, sizeof file365},
    {"models/language/me-llama-13b.json", file366, sizeof file366},
    {"models/language/me-llama-70b.json", file367, sizeof file367},
    {"models/language/med-palm-2.json", file368, sizeof file368},
    {"models/language/med-palm.json", file369, sizeof file369},
    {"models/language/medagents-flan-palm.json", file370, sizeof file370},
    {"models/language/medalpaca-13b.json", file371, sizeof file371},
    {"models/language/medalpaca-30b.json", file372, sizeof file372},
    {"models/language/medalpaca-7b.json", file373, sizeof file373},
    {"models/language/medcpt-query.json", file374, sizeof file374},
    {"models/language/medcpt-reranker.json", file375, sizeof file375},
    {"models/language/medcpt.json", file376, sizeof file376},
    {"models/language/meditron-70b.json", file377, sizeof file377},
    {"models/language/meditron-7b.json", file378, sizeof file378},
    {"models/language/medprompt.json", file379, sizeof file379},
    {"models/language/medroberta-nl.json", file380, sizeof file380},
    {"models/language/megatron-gpt-1.3b.json", file381, sizeof file381},
    {"models/language/mistral-7b.json", file382, sizeof file382},
    {"models/language/mixtral-8x22b.json", file383, sizeof file383},
    {"models/language/mixtral-8x7b.json", file384, sizeof file384},
    {"models/language/mosaicbert-base.json", file385, sizeof file385},
    {"models/language/napss.json", file386, sizeof file386},
    {"models/language/oncogpt-7b.json", file387, sizeof file387},
    {"models/language/open-llama-3b.json", file388, sizeof file388},
    {"models/language/ophglm.json", file389, sizeof file389},
    {"models/language/opt-1.3b.json", file390, sizeof file390},
    {"models/language/opt-125m.json", file391, sizeof file391},
    {"models/language/opt-13b.json", file392, sizeof file392},
    {"models/language/opt-175b.json", file393, sizeof file393},
    {"models/language/opt-2.7b.json", file394, sizeof file394},
    {"models/language/opt-30b.json", file395, sizeof file395},
    {"models/language/opt-6.7b.json", file396, sizeof file396},
    {"models/language/opt-66b.json", file397, sizeof file397},
    {"models/language/palm-540b.json", file398, sizeof file398},
    {"models/language/palm-62b.json", file399, sizeof file399},
    {"models/language/palm-8b.json", file400, sizeof file400},
    {"models/language/pbp.json", file401, sizeof file401},
    {"models/language/phi-1.5.json", file402, sizeof file402},
    {"models/language/phi-2.json", file403, sizeof file403},
    {"models/language/phi-3-mini.json", file404, sizeof file404},
    {"models/language/pmc-llama-13b.json", file405, sizeof file405},
    {"models/language/pmc-llama-7b.json", file406, sizeof file406},
    {"models/language/pubmedbert.json", file407, sizeof file407},
    {"models/language/qilin-med-13b.json", file408, sizeof file408},
    {"models/language/qilin-med.json", file409, sizeof file409},
    {"models/language/qwen-1.8b.json", file410, sizeof file410},
    {"models/language/qwen-14b.json", file411, sizeof file411},
    {"models/language/qwen-72b.json", file412, sizeof file412},
    {"models/language/qwen-7b.json", file413, sizeof file413},
    {"models/language/qwen2-0.5b.json", file414, sizeof file414},
    {"models/language/qwen2-1.5b.json", file415, sizeof file415},
    {"models/language/qwen2-72b.json", file416, sizeof file416},
    {"models/language/qwen2-7b.json", file417, sizeof file417},
    {"models/language/qwen3-8b.json", file418, sizeof file418},
    {"models/language/roberta-base.json", file419, sizeof file419},
    {"models/language/roberta-large.json", file420, sizeof file420},
    {"models/language/scibert.json", file421, sizeof file421},
    {"models/language/spt.json", file422, sizeof file422},
    {"models/language/t5-11b.json", file423, sizeof file423},
    {"models/language/t5-3b.json", file424, sizeof file424},
    {"models/language/t5-base.json", file425, sizeof file425},
    {"models/language/t5-large.json", file426, sizeof file426},
    {"models/language/t5-small.json", file427, sizeof file427},
    {"models/language/taiyi-7b.json", file428, sizeof file428},
    {"models/language/text-embedding-ada-002.json", file429, sizeof file429},
    {"models/language/visual-med-alpaca.json", file430, sizeof file430},
    {"models/language/yi-34b.json", file431, sizeof file431},
    {"models/language/zhongjing-13b.json", file432, sizeof file432},
    {"models/language/ziya-llama-13b.json", file433, sizeof file433},
    {"models/multimodal/albef.json", file434, sizeof file434},
    {"models/multimodal/arl.json", file435, sizeof file435},
    {"models/multimodal/bfspr.json", file436, sizeof file436},
    {"models/multimodal/biomedclip.json", file437, sizeof file437},
    {"models/multimodal/biomedgpt-b.json", file438, sizeof file438},
    {"models/multimodal/biomedgpt-m.json", file439, sizeof file439},
    {"models/multimodal/biomedgpt-s.json", file440, sizeof file440},
    {"models/multimodal/biovil.json", file441, sizeof file441},
    {"models/multimodal/blip2-opt-2.7b.json", file442, sizeof file442},
    {"models/multimodal/blip2-opt-6.7b.json", file443, sizeof file443},
    {"models/multimodal/chambon-sd.json", file444, sizeof file444},
    {"models/multimodal/chexzero-b-16-320.json", file445, sizeof file445},
    {"models/multimodal/chexzero.json", file446, sizeof file446},
    {"models/multimodal/cite.json", file447, sizeof file447},
    {"models/multimodal/clinical-bert.json", file448, sizeof file448},
    {"models/multimodal/clip-lung.json", file449, sizeof file449},
    {"models/multimodal/clip-rn101.json", file450, sizeof file450},
    {"models/multimodal/clip-rn50.json", file451, sizeof file451},
    {"models/multimodal/clip-rn50x16.json", file452, sizeof file452},
    {"models/multimodal/clip-rn50x4.json", file453, sizeof file453},
    {"models/multimodal/clip-rn50x64.json", file454, sizeof file454},
    {"models/multimodal/clip-vit-b-16-plus-240.json", file455, sizeof file455},
    {"models/multimodal/clip-vit-b-16.json", file456, sizeof file456},
    {"models/multimodal/clip-vit-b-32.json", file457, sizeof file457},
    {"models/multimodal/clip-vit-bigg-14.json", file458, sizeof file458},
    {"models/multimodal/clip-vit-g-14.json", file459, sizeof file459},
    {"models/multimodal/clip-vit-h-14.json", file460, sizeof file460},
    {"models/multimodal/clip-vit-l-14-336.json", file461, sizeof file461},
    {"models/multimodal/clip-vit-l-14.json", file462, sizeof file462},
    {"models/multimodal/clip-vit-l-16.json", file463, sizeof file463},
    {"models/multimodal/conch-vit-b16.json", file464, sizeof file464},
    {"models/multimodal/convirt.json", file465, sizeof file465},
    {"models/multimodal/coop-lvt.json", file466, sizeof file466},
    {"models/multimodal/cxr-clip-r50.json", file467, sizeof file467},
    {"models/multimodal/cxr-clip-swin.json", file468, sizeof file468},
    {"models/multimodal/etp-ecg-resnet18.json", file469, sizeof file469},
    {"models/multimodal/etp.json", file470, sizeof file470},
    {"models/multimodal/gimp.json", file471, sizeof file471},
    {"models/multimodal/glip-l.json", file472, sizeof file472},
    {"models/multimodal/glip-t.json", file473, sizeof file473},
    {"models/multimodal/gloria.json", file474, sizeof file474},
    {"models/multimodal/guo-glip.json", file475, sizeof file475},
    {"models/multimodal/i-ai.json", file476, sizeof file476},
    {"models/multimodal/imitate.json", file477, sizeof file477},
    {"models/multimodal/kad-512.json", file478, sizeof file478},
    {"models/multimodal/llava-1.5-13b-stage1.json", file479, sizeof file479},
    {"models/multimodal/llava-1.5-13b-stage2.json", file480, sizeof file480},
    {"models/multimodal/llava-1.5-13b.json", file481, sizeof file481},
    {"models/multimodal/llava-1.5-7b-stage1.json", file482, sizeof file482},
    {"models/multimodal/llava-1.5-7b-stage2.json", file483, sizeof file483},
    {"models/multimodal/llava-1.5-7b.json", file484, sizeof file484},
    {"models/multimodal/llava-med-1.5-mistral-7b.json", file485, sizeof file485},
    {"models/multimodal/llava-med-7b-224-linear.json", file486, sizeof file486},
    {"models/multimodal/llava-med-7b-224-stage1.json", file487, sizeof file487},
    {"models/multimodal/llava-med-7b-224-stage2.json", file488, sizeof file488},
    {"models/multimodal/llava-med-7b-224.json", file489, sizeof file489},
    {"models/multimodal/lovt.json", file490, sizeof file490},
    {"models/multimodal/lu-gpt2-medium.json", file491, sizeof file491},
    {"models/multimodal/lu-gpt2.json", file492, sizeof file492},
    {"models/multimodal/lu-open-llama-7b.json", file493, sizeof file493},
    {"models/multimodal/m-flag-r50.json", file494, sizeof file494},
    {"models/multimodal/m3ad.json", file495, sizeof file495},
    {"models/multimodal/m3ae.json", file496, sizeof file496},
    {"models/multimodal/maco.json", file497, sizeof file497},
    {"models/multimodal/med-flamingo.json", file498, sizeof file498},
    {"models/multimodal/med-palm-m-12b.json", file499, sizeof file499},
    {"models/multimodal/med-palm-m-562b.json", file500, sizeof file500},
    {"models/multimodal/med-palm-m-84b.json", file501, sizeof file501},
    {"models/multimodal/med-unic-r50.json", file502, sizeof file502},
    {"models/multimodal/med-unic-vit-b.json", file503, sizeof file503},
    {"models/multimodal/medclip-r50.json", file504, sizeof file504},
    {"models/multimodal/medclip-swin.json", file505, sizeof file505},
    {"models/multimodal/medklip.json", file506, sizeof file506},
    {"models/multimodal/medvill.json", file507, sizeof file507},
    {"models/multimodal/medvint-td.json", file508, sizeof file508},
    {"models/multimodal/medvint-te.json", file509, sizeof file509},
    {"models/multimodal/mgca-r50.json", file510, sizeof file510},
    {"models/multimodal/mgca-vit-b.json", file511, sizeof file511},
    {"models/multimodal/mi-zero-bioclinicalbert.json", file512, sizeof file512},
    {"models/multimodal/mi-zero-pubmedbert.json", file513, sizeof file513},
    {"models/multimodal/minigpt4-13b.json", file514, sizeof file514},
    {"models/multimodal/minigpt4-7b.json", file515, sizeof file515},
    {"models/multimodal/mmbert.json", file516, sizeof file516},
    {"models/multimodal/moleculestm-graph.json", file517, sizeof file517},
    {"models/multimodal/moleculestm-smiles.json", file518, sizeof file518},
    {"models/multimodal/mrm.json", file519, sizeof file519},
    {"models/multimodal/mumc.json", file520, sizeof file520},
    {"models/multimodal/open-coca_vit-b-32.json", file521, sizeof file521},
    {"models/multimodal/open-coca_vit-l-14.json", file522, sizeof file522},
    {"models/multimodal/open-flamingo-9b.json", file523, sizeof file523},
    {"models/multimodal/pathasst.json", file524, sizeof file524},
    {"models/multimodal/pathchat.json", file525, sizeof file525},
    {"models/multimodal/plip.json", file526, sizeof file526},
    {"models/multimodal/pmc-clip.json", file527, sizeof file527},
    {"models/multimodal/prior.json", file528, sizeof file528},
    {"models/multimodal/proteindt-clap.json", file529, sizeof file529},
    {"models/multimodal/pubmedclip-rn50.json", file530, sizeof file530},
    {"models/multimodal/pubmedclip-rn50x4.json", file531, sizeof file531},
    {"models/multimodal/pubmedclip.json", file532, sizeof file532},
    {"models/multimodal/qilin-med-vl.json", file533, sizeof file533},
    {"models/multimodal/qin-glip.json", file534, sizeof file534},
    {"models/multimodal/quiltnet-b-16-pmb.json", file535, sizeof file535},
    {"models/multimodal/quiltnet-b-16.json", file536, sizeof file536},
    {"models/multimodal/quiltnet.json", file537, sizeof file537},
    {"models/multimodal/r2gen.json", file538, sizeof file538},
    {"models/multimodal/radfm-14b.json", file539, sizeof file539},
    {"models/multimodal/radfm-vision.json", file540, sizeof file540},
    {"models/multimodal/roentgen.json", file541, sizeof file541},
    {"models/multimodal/sd1-unet.json", file542, sizeof file542},
    {"models/multimodal/sd1-vae.json", file543, sizeof file543},
    {"models/multimodal/sd2-unet.json", file544, sizeof file544},
    {"models/multimodal/stable-diffusion-v1.json", file545, sizeof file545},
    {"models/multimodal/stable-diffusion-v2.json", file546, sizeof file546},
    {"models/multimodal/t3d.json", file547, sizeof file547},
    {"models/multimodal/umcl.json", file548, sizeof file548},
    {"models/multimodal/unibrain.json", file549, sizeof file549},
    {"models/multimodal/van-sonsbeek-biogpt.json", file550, sizeof file550},
    {"models/multimodal/van-sonsbeek-biomedlm.json", file551, sizeof file551},
    {"models/multimodal/van-sonsbeek-gpt2-xl.json", file552, sizeof file552},
    {"models/multimodal/vit-bert-dual.json", file553, sizeof file553},
    {"models/multimodal/xplainer.json", file554, sizeof file554},
    {"models/multimodal/xraygpt-vit-g.json", file555, sizeof file555},
    {"models/multimodal/xraygpt.json", file556, sizeof file556},
    {"models/vision/3dsam-adapter.json", file557, sizeof file557},
    {"models/vision/adaptivesam.json", file558, sizeof file558},
    {"models/vision/after-sam.json", file559, sizeof file559},
    {"models/vision/all-in-sam.json", file560, sizeof file560},
    {"models/vision/anand-sam.json", file561, sizeof file561},
    {"models/vision/autosam.json", file562, sizeof file562},
    {"models/vision/baharoon-dinov2-vitb14.json", file563, sizeof file563},
    {"models/vision/baharoon-dinov2-vitg14.json", file564, sizeof file564},
    {"models/vision/baharoon-dinov2-vitl14.json", file565, sizeof file565},
    {"models/vision/brow.json", file566, sizeof file566},
    {"models/vision/c2l-densenet121.json", file567, sizeof file567},
    {"models/vision/c2l-resnet18.json", file568, sizeof file568},
    {"models/vision/campanella-vit-l.json", file569, sizeof file569},
    {"models/vision/campanella-vit-s.json", file570, sizeof file570},
    {"models/vision/cellsam.json", file571, sizeof file571},
    {"models/vision/ciga-resnet18.json", file572, sizeof file572},
    {"models/vision/clip-rn101-visual.json", file573, sizeof file573},
    {"models/vision/clip-rn50-visual.json", file574, sizeof file574},
    {"models/vision/clip-rn50x4-visual.json", file575, sizeof file575},
    {"models/vision/convnext_base.json", file576, sizeof file576},
    {"models/vision/convnext_large.json", file577, sizeof file577},
    {"models/vision/convnext_small.json", file578, sizeof file578},
    {"models/vision/convnext_tiny.json", file579, sizeof file579},
    {"models/vision/ctranspath.json", file580, sizeof file580},
    {"models/vision/deblurring-mae.json", file581, sizeof file581},
    {"models/vision/densenet121-3d.json", file582, sizeof file582},
    {"models/vision/densenet121.json", file583, sizeof file583},
    {"models/vision/densenet161.json", file584, sizeof file584},
    {"models/vision/densenet169.json", file585, sizeof file585},
    {"models/vision/densenet201.json", file586, sizeof file586},
    {"models/vision/desam.json", file587, sizeof file587},
    {"models/vision/dinov2-vitb14.json", file588, sizeof file588},
    {"models/vision/dinov2-vitg14.json", file589, sizeof file589},
    {"models/vision/dinov2-vitl14.json", file590, sizeof file590},
    {"models/vision/dinov2-vits14.json", file591, sizeof file591},
    {"models/vision/efficientnet_b0.json", file592, sizeof file592},
    {"models/vision/efficientnet_b1.json", file593, sizeof file593},
    {"models/vision/efficientnet_b2.json", file594, sizeof file594},
    {"models/vision/efficientnet_b3.json", file595, sizeof file595},
    {"models/vision/efficientnet_b4.json", file596, sizeof file596},
    {"models/vision/efficientnet_b5.json", file597, sizeof file597},
    {"models/vision/efficientnet_b6.json", file598, sizeof file598},
    {"models/vision/efficientnet_b7.json", file599, sizeof file599},
    {"models/vision/endo-fm-timesformer.json", file600, sizeof file600},
    {"models/vision/eviprompt-b.json", file601, sizeof file601},
    {"models/vision/eviprompt-h.json", file602, sizeof file602},
    {"models/vision/feng-sam.json", file603, sizeof file603},
    {"models/vision/ghesu-resnet50w2.json", file604, sizeof file604},
    {"models/vision/gigapath-slide.json", file605, sizeof file605},
    {"models/vision/gigapath-tile.json", file606, sizeof file606},
    {"models/vision/gvsl-unet.json", file607, sizeof file607},
    {"models/vision/lvm-med-resnet50.json", file608, sizeof file608},
    {"models/vision/lvm-med-vit-b.json", file609, sizeof file609},
    {"models/vision/ma-sam.json", file610, sizeof file610},
    {"models/vision/mae_vit_base_patch16_dec512d8b.json", file611, sizeof file611},
    {"models/vision/mae_vit_huge_patch14_dec512d8b.json", file612, sizeof file612},
    {"models/vision/mae_vit_large_patch16_dec512d8b.json", file613, sizeof file613},
    {"models/vision/mammo-sam.json", file614, sizeof file614},
    {"models/vision/med-sa.json", file615, sizeof file615},
    {"models/vision/med3d-resnet10.json", file616, sizeof file616},
    {"models/vision/med3d-resnet101.json", file617, sizeof file617},
    {"models/vision/med3d-resnet152.json", file618, sizeof file618},
    {"models/vision/med3d-resnet18.json", file619, sizeof file619},
    {"models/vision/med3d-resnet200.json", file620, sizeof file620},
    {"models/vision/med3d-resnet34.json", file621, sizeof file621},
    {"models/vision/med3d-resnet50.json", file622, sizeof file622},
    {"models/vision/medivista-sam.json", file623, sizeof file623},
    {"models/vision/medlsam.json", file624, sizeof file624},
    {"models/vision/medsam-vit-b.json", file625, sizeof file625},
    {"models/vision/mis-fm-pctnet.json", file626, sizeof file626},
    {"models/vision/mobilesam-image-encoder.json", file627, sizeof file627},
    {"models/vision/mobilesam.json", file628, sizeof file628},
    {"models/vision/moco-cxr-densenet121.json", file629, sizeof file629},
    {"models/vision/moco-cxr-resnet18.json", file630, sizeof file630},
    {"models/vision/models-genesis-unet3d.json", file631, sizeof file631},
    {"models/vision/nnsam.json", file632, sizeof file632},
    {"models/vision/nnunet-2d.json", file633, sizeof file633},
    {"models/vision/nnunet-3d-fullres.json", file634, sizeof file634},
    {"models/vision/nnunet-resenc-l.json", file635, sizeof file635},
    {"models/vision/nnunet-resenc-m.json", file636, sizeof file636},
    {"models/vision/nnunet-resenc-xl.json", file637, sizeof file637},
    {"models/vision/pancy-yolov8-sam.json", file638, sizeof file638},
    {"models/vision/polyp-sam-b.json", file639, sizeof file639},
    {"models/vision/polyp-sam-l.json", file640, sizeof file640},
    {"models/vision/polyp-sam-plus-plus.json", file641, sizeof file641},
    {"models/vision/promise.json", file642, sizeof file642},
    {"models/vision/punetr.json", file643, sizeof file643},
    {"models/vision/r3d18.json", file644, sizeof file644},
    {"models/vision/resnet101.json", file645, sizeof file645},
    {"models/vision/resnet152.json", file646, sizeof file646},
    {"models/vision/resnet18.json", file647, sizeof file647},
    {"models/vision/resnet34.json", file648, sizeof file648},
    {"models/vision/resnet50.json", file649, sizeof file649},
    {"models/vision/resnext101_32x8d.json", file650, sizeof file650},
    {"models/vision/resnext101_64x4d.json", file651, sizeof file651},
    {"models/vision/resnext50_32x4d.json", file652, sizeof file652},
    {"models/vision/retfound.json", file653, sizeof file653},
    {"models/vision/rudolfv.json", file654, sizeof file654},
    {"models/vision/sam-lst.json", file655, sizeof file655},
    {"models/vision/sam-mask-decoder.json", file656, sizeof file656},
    {"models/vision/sam-med2d.json", file657, sizeof file657},
    {"models/vision/sam-med3d.json", file658, sizeof file658},
    {"models/vision/sam-octa.json", file659, sizeof file659},
    {"models/vision/sam-path.json", file660, sizeof file660},
    {"models/vision/sam-u.json", file661, sizeof file661},
    {"models/vision/sam-vit_b-image-encoder.json", file662, sizeof file662},
    {"models/vision/sam-vit_b.json", file663, sizeof file663},
    {"models/vision/sam-vit_h-image-encoder.json", file664, sizeof file664},
    {"models/vision/sam-vit_h.json", file665, sizeof file665},
    {"models/vision/sam-vit_l-image-encoder.json", file666, sizeof file666},
    {"models/vision/sam-vit_l.json", file667, sizeof file667},
    {"models/vision/samaug.json", file668, sizeof file668},
    {"models/vision/samed-h.json", file669, sizeof file669},
    {"models/vision/samed.json", file670, sizeof file670},
    {"models/vision/samm-b.json", file671, sizeof file671},
    {"models/vision/samm-h.json", file672, sizeof file672},
    {"models/vision/samm-l.json", file673, sizeof file673},
    {"models/vision/sampot.json", file674, sizeof file674},
    {"models/vision/samus.json", file675, sizeof file675},
    {"models/vision/segmentanybone.json", file676, sizeof file676},
    {"models/vision/segresnet-brats.json", file677, sizeof file677},
    {"models/vision/segresnet.json", file678, sizeof file678},
    {"models/vision/segvol-image-encoder.json", file679, sizeof file679},
    {"models/vision/segvol.json", file680, sizeof file680},
    {"models/vision/semisam.json", file681, sizeof file681},
    {"models/vision/skinsam.json", file682, sizeof file682},
    {"models/vision/sp-sam.json", file683, sizeof file683},
    {"models/vision/stunet-b.json", file684, sizeof file684},
    {"models/vision/stunet-h.json", file685, sizeof file685},
    {"models/vision/stunet-l.json", file686, sizeof file686},
    {"models/vision/stunet-s.json", file687, sizeof file687},
    {"models/vision/surgicalsam.json", file688, sizeof file688},
    {"models/vision/swin_base_patch4_window7_224.json", file689, sizeof file689},
    {"models/vision/swin_large_patch4_window7_224.json", file690, sizeof file690},
    {"models/vision/swin_small_patch4_window7_224.json", file691, sizeof file691},
    {"models/vision/swin_tiny_patch4_window7_224.json", file692, sizeof file692},
    {"models/vision/swinsam.json", file693, sizeof file693},
    {"models/vision/swinunetr-24.json", file694, sizeof file694},
    {"models/vision/swinunetr-48.json", file695, sizeof file695},
    {"models/vision/swinunetr-v2-48.json", file696, sizeof file696},
    {"models/vision/tiny_vit_11m_224.json", file697, sizeof file697},
    {"models/vision/tiny_vit_21m_224.json", file698, sizeof file698},
    {"models/vision/tiny_vit_5m_224.json", file699, sizeof file699},
    {"models/vision/transvw-unet3d.json", file700, sizeof file700},
    {"models/vision/unet-resnet18-smp.json", file701, sizeof file701},
    {"models/vision/unet-resnet34-smp.json", file702, sizeof file702},
    {"models/vision/unet-resnet50-smp.json", file703, sizeof file703},
    {"models/vision/unet2d-basic.json", file704, sizeof file704},
    {"models/vision/unet3d-basic.json", file705, sizeof file705},
    {"models/vision/unetr-16.json", file706, sizeof file706},
    {"models/vision/uni.json", file707, sizeof file707},
    {"models/vision/uni2-h.json", file708, sizeof file708},
    {"models/vision/universeg.json", file709, sizeof file709},
    {"models/vision/ur-sam.json", file710, sizeof file710},
    {"models/vision/usfm.json", file711, sizeof file711},
    {"models/vision/virchow.json", file712, sizeof file712},
    {"models/vision/virchow2.json", file713, sizeof file713},
    {"models/vision/visionfm.json", file714, sizeof file714},
    {"models/vision/vit-b-16.json", file715, sizeof file715},
    {"models/vision/vit-h-14.json", file716, sizeof file716},
    {"models/vision/vit-l-16.json", file717, sizeof file717},
    {"models/vision/vit-large-linear-probe.json", file718, sizeof file718},
    {"models/vision/vit-s-16.json", file719, sizeof file719},
    {"models/vision/voco-b.json", file720, sizeof file720},
    {"models/vision/voco-h.json", file721, sizeof file721},
    {"models/vision/voco-l.json", file722, sizeof file722},
    {"models/vision/wide_resnet101_2.json", file723, sizeof file723},
    {"models/vision/wide_resnet50_2.json", file724, sizeof file724},
    {"models/vision/yolov8l.json", file725, sizeof file725},
    {"models/vision/yolov8m.json", file726, sizeof file726},
    {"models/vision/yolov8n.json", file727, sizeof file727},
    {"models/vision/yolov8s.json", file728, sizeof file728},
    {"models/vision/yolov8x.json", file729, sizeof file729},
    {"survey.json", file730, sizeof file730},
    {0, 0, 0},
};
const long CProfilesCount = 731;
