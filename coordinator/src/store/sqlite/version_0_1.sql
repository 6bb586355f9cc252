-- A data folder of version 0.1 (commit 286be7a), as that program wrote it: a rehearsal of which one PC is kept, and an
-- import of a real PC without a GPU. Failures are sentences, simulated products carry a mark in their names.
BEGIN TRANSACTION;
CREATE TABLE _sqlx_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    success BOOLEAN NOT NULL,
    checksum BLOB NOT NULL,
    execution_time BIGINT NOT NULL
);
INSERT INTO "_sqlx_migrations" VALUES(1,'foundation','2026-11-27 23:14:36',1,X'9022DCD1DCB2BEDE9FD8868358B00FA800B35B58BE7ABE854153E51B6DC42AF2B30814607B70E0769C8434C809A21612',11880291);
INSERT INTO "_sqlx_migrations" VALUES(2,'transfer','2026-11-27 23:14:36',1,X'8F90774BC3CB6DC09F35CE62401638D85BE38A6E8C0514E6A85A7EA9F7B0BFD593FFAC782CC94BAA94A26272BDD7FF65',1606884);
INSERT INTO "_sqlx_migrations" VALUES(3,'rates','2026-11-27 23:14:36',1,X'3AD412208CF8E7F86D17E9711BEE742382037DF319C22B377226EAC5E27D1959E5355E9C62AF96C6C50DFED83CFA72EB',684867);
CREATE TABLE blobs (
    digest     TEXT PRIMARY KEY,
    size       INTEGER NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE imports (
    bundle      TEXT NOT NULL,
    sweep       TEXT NOT NULL REFERENCES sweeps (id) ON DELETE CASCADE,
    version     TEXT NOT NULL,
    exported_ms INTEGER NOT NULL,
    imported_ms INTEGER NOT NULL,
    PRIMARY KEY (bundle, sweep)
) STRICT;
INSERT INTO "imports" VALUES('6d18742ff24f8bbea7e3254a5e2cb0f50adc3e4a1c1c19406769be1fd2c0f994','01a21f49-d8de-760e-a99e-dae78fe3f922','0.1.0',1795821277081,1795821277105);
CREATE TABLE jobs (
    -- The order in which a machine measures its jobs.
    seq         INTEGER PRIMARY KEY,
    id          TEXT NOT NULL UNIQUE,
    sweep       TEXT NOT NULL REFERENCES sweeps (id) ON DELETE CASCADE,
    machine     TEXT NOT NULL REFERENCES machines (id),
    spec        TEXT NOT NULL,
    expected_ms INTEGER NOT NULL,
    state       TEXT NOT NULL,
    attempt     INTEGER NOT NULL,
    fence       INTEGER NOT NULL,
    failure     TEXT,
    queued_ms   INTEGER NOT NULL,
    changed_ms  INTEGER NOT NULL
, bundle TEXT) STRICT;
INSERT INTO "jobs" VALUES(2,'d3790858-71c3-469e-9bd4-38e2fce0e596','01a21f4a-0e4e-702e-8525-9cec3de02f5f','204d99f3-fc1c-48cb-988c-28ba42427a33','{"workload":{"task":{"kind":"classify","model":"resnet18","size":224,"batch":1},"precision":"f32","threads":"all","engine":"optimized","exact":false,"streams":1},"device":"cpu","weights":{"source":"random","seed":2026},"image":null,"measuring":{"runs":3,"budget_ms":15000}}',1255,'succeeded',1,1,NULL,1795821276750,1795821276793,NULL);
INSERT INTO "jobs" VALUES(3,'44d2469c-5514-4d74-8c63-e81a56639267','01a21f4a-0e4e-702e-8525-9cec3de02f5f','204d99f3-fc1c-48cb-988c-28ba42427a33','{"workload":{"task":{"kind":"classify","model":"resnet18","size":224,"batch":1},"precision":"f32","threads":"all","engine":"optimized","exact":false,"streams":1},"device":"cuda:0","weights":{"source":"random","seed":2026},"image":null,"measuring":{"runs":3,"budget_ms":15000}}',0,'failed',1,0,'{"code":"driver_too_old","message":"the NVIDIA driver serves CUDA 11.1, the libraries are of CUDA 12.6","remedy":"install a driver for CUDA 12 or later from nvidia.com/drivers"}',1795821276750,1795821276750,NULL);
INSERT INTO "jobs" VALUES(8,'4fe059cc-6223-42a3-a3e1-149c5a392bae','01a21f49-d8de-760e-a99e-dae78fe3f922','8d314f17-be98-4c0c-8d0c-36b2365b3275','{"workload":{"task":{"kind":"classify","model":"resnet18","size":32,"batch":1},"precision":"f32","threads":"all","engine":"optimized","exact":false,"streams":1},"device":"cpu","weights":{"source":"random","seed":2026},"image":null,"measuring":{"runs":3,"budget_ms":15000}}',0,'succeeded',1,0,NULL,1795821263070,1795821277105,'6d18742ff24f8bbea7e3254a5e2cb0f50adc3e4a1c1c19406769be1fd2c0f994');
INSERT INTO "jobs" VALUES(9,'98c0fb1f-8d19-46f4-88fc-1c4124b64709','01a21f49-d8de-760e-a99e-dae78fe3f922','8d314f17-be98-4c0c-8d0c-36b2365b3275','{"workload":{"task":{"kind":"classify","model":"resnet18","size":32,"batch":1},"precision":"f32","threads":"all","engine":"optimized","exact":false,"streams":1},"device":"cuda:0","weights":{"source":"random","seed":2026},"image":null,"measuring":{"runs":3,"budget_ms":15000}}',0,'failed',1,0,'{"code":"no_gpu","message":"no NVIDIA GPU or driver found (NVML is not installed)","remedy":"`cotejo-agent doctor` (or `cotejo doctor`) on that machine says what it lacks"}',1795821263070,1795821277105,'6d18742ff24f8bbea7e3254a5e2cb0f50adc3e4a1c1c19406769be1fd2c0f994');
CREATE TABLE machines (
    id           TEXT PRIMARY KEY,
    boot         TEXT NOT NULL,
    name         TEXT NOT NULL,
    labels       TEXT NOT NULL,
    capability   TEXT NOT NULL,
    last_seen_ms INTEGER NOT NULL
) STRICT;
INSERT INTO "machines" VALUES('204d99f3-fc1c-48cb-988c-28ba42427a33','7c0743fd-33ac-4a7f-a8c2-06165d6960eb','pc-02','{"room":"A1"}','{"hostname":"pc-02","os":"Windows 10 (19045)","arch":"x86_64","agent_version":"0.1.0","cpu":{"name":"Intel Core i5-8400 (simulated)","physical_cores":6,"logical_cores":6,"simd":["avx2","fma"],"max_mhz":4000},"memory_bytes":17179869184,"power":"unknown","background_load":0.012583707429084764,"devices":[{"id":"cpu","name":"Intel Core i5-8400 (simulated)","memory_bytes":17179869184,"driver":null,"compute_capability":null,"simulated":true,"engines":["reference","optimized"],"precisions":["f32"],"unusable":null},{"id":"cuda:0","name":"NVIDIA GeForce GTX 1060 6GB (simulated)","memory_bytes":6442450944,"driver":"456.71","compute_capability":"6.1","simulated":true,"engines":[],"precisions":[],"unusable":{"code":"driver_too_old","message":"the NVIDIA driver serves CUDA 11.1, the libraries are of CUDA 12.6","remedy":"install a driver for CUDA 12 or later from nvidia.com/drivers"}}],"no_gpu":null}',1795821276653);
INSERT INTO "machines" VALUES('8d314f17-be98-4c0c-8d0c-36b2365b3275','00000000-0000-0000-0000-000000000000','vm','{}','{"hostname":"vm","os":"Linux (Debian GNU/Linux 12)","arch":"x86_64","agent_version":"0.1.0","cpu":{"name":"Intel(R) Xeon(R) Processor","physical_cores":2,"logical_cores":2,"simd":["sse4.2","avx","f16c","fma","avx2","avxvnni","avx512f","avx512bw","avx512dq","avx512vl","avx512vnni","avx512bf16","avx512fp16"],"max_mhz":2100},"memory_bytes":25276510208,"power":"unknown","background_load":0.9834193466333188,"devices":[{"id":"cpu","name":"Intel(R) Xeon(R) Processor","memory_bytes":25276510208,"driver":null,"compute_capability":null,"simulated":false,"engines":["optimized","reference"],"precisions":["f32"],"unusable":null}],"no_gpu":"no NVIDIA GPU or driver found (NVML is not installed)"}',1795821263020);
CREATE TABLE rates (
    machine          TEXT NOT NULL REFERENCES machines (id) ON DELETE CASCADE,
    device           TEXT NOT NULL,
    family           TEXT NOT NULL,
    flops            REAL NOT NULL,
    flops_per_second REAL NOT NULL,
    -- Interquartile range of the runs over their median.
    spread           REAL,
    load_seconds     REAL NOT NULL,
    PRIMARY KEY (machine, device, family, flops)
) STRICT;
CREATE TABLE reference_times (
    name        TEXT NOT NULL,
    device_name TEXT NOT NULL,
    task        TEXT NOT NULL,
    precision   TEXT NOT NULL,
    source      TEXT NOT NULL,
    software    TEXT,
    seconds     REAL NOT NULL,
    ci_low      REAL,
    ci_high     REAL,
    runs        INTEGER,
    measured_on TEXT,
    imported_ms INTEGER NOT NULL,
    PRIMARY KEY (name, device_name, task, precision),
    CHECK ((ci_low IS NULL) = (ci_high IS NULL))
) STRICT;
CREATE TABLE results (
    seq         INTEGER PRIMARY KEY,
    job         TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    attempt     INTEGER NOT NULL,
    fence       INTEGER NOT NULL,
    digest      TEXT NOT NULL,
    -- 1: it counts; 0: it came too late.
    accepted    INTEGER NOT NULL CHECK (accepted IN (0, 1)),
    measurement TEXT,
    failure     TEXT,
    received_ms INTEGER NOT NULL,
    UNIQUE (job, attempt, fence, digest),
    CHECK ((measurement IS NULL) <> (failure IS NULL))
) STRICT;
INSERT INTO "results" VALUES(3,'d3790858-71c3-469e-9bd4-38e2fce0e596',1,1,'6798294ba328791c7863776549b4ca02ad80b3eca30544b9fdf3e161b85d64d8',1,'{"workload":{"task":{"kind":"classify","model":"resnet18","size":224,"batch":1},"precision":"f32","threads":"all","engine":"optimized","exact":false,"streams":1},"device":"cpu","device_name":"Intel Core i5-8400 (simulated)","build":"cotejo-worker 0.1.0, candle 0.11.1","threads":6,"weights":{"source":"random","seed":2026},"input":null,"started_ms":1795821276771,"first_ns":46158681,"warmup_ns":[9556995,8903821,8678111,8611817,8503863,8481792,8503832,8402298,8462032],"samples_ns":[8534773,8433618,8454776],"stages":{"load_ns":120000000,"decode_ns":4000000,"preprocess_ns":1254400,"upload_ns":null,"download_ns":null,"events":null},"stop":"runs","answers":[],"logit_error":null,"peak_memory_bytes":null,"conditions":{"background_load":0.012583707429084764,"power":"unknown","slept_ms":0,"clock_ratio":null,"peak_flops":1152000000000.0},"plan":null,"gpu":null,"simulated":true}',NULL,1795821276793);
INSERT INTO "results" VALUES(7,'4fe059cc-6223-42a3-a3e1-149c5a392bae',1,0,'6838ae2ad4eaedc856dfcee53c1985d249ca305d1618e27506f5126456a55c26',1,'{"workload":{"task":{"kind":"classify","model":"resnet18","size":32,"batch":1},"precision":"f32","threads":"all","engine":"optimized","exact":false,"streams":1},"device":"cpu","device_name":"Intel(R) Xeon(R) Processor","build":"cotejo-worker 0.1.0, candle 0.11.1","threads":2,"weights":{"source":"random","seed":2026},"input":{"image":null,"width":640,"height":480},"started_ms":1795821263081,"first_ns":6651228,"warmup_ns":[6066822,5893371,5749038,5879544,5838234,5882544,5755636,5667073,6335178,5596207,5588175,7381955,5666362,5657027,5573118,5530629,5597162,5699450,5619674,5630624,5479302,5496901,5491358,5487068,5626307,5450247,5518758,5492419,5489784,5403627,5346712,5357233,5343524,5384685],"samples_ns":[5399099,5323338,5408205],"stages":{"load_ns":199765192,"decode_ns":3331821,"preprocess_ns":293931,"upload_ns":null,"download_ns":null,"events":null},"stop":"runs","answers":[{"class":146,"label":null,"logit":59.367634,"probability":0.945416},{"class":907,"label":null,"logit":56.515663,"probability":0.054579284},{"class":888,"label":null,"logit":47.0721,"probability":0.0000043225614},{"class":492,"label":null,"logit":43.679474,"probability":1.4532544e-7},{"class":399,"label":null,"logit":43.67378,"probability":1.4450012e-7}],"logit_error":0.000003001986,"peak_memory_bytes":161751040,"conditions":{"background_load":0.9834193466333188,"power":"unknown","slept_ms":0,"clock_ratio":null,"peak_flops":403200000000.0},"plan":{"instruction_set":"avx512","layers":[{"layer":"input","algorithm":"copy"},{"layer":"conv1 + maxpool","algorithm":"direct 7x7, maximum in a ring of rows"},{"layer":"layer1.0.conv1","algorithm":"Winograd F(2x2, 3x3)"},{"layer":"layer1.0.conv2","algorithm":"Winograd F(2x2, 3x3)"},{"layer":"layer1.1.conv1","algorithm":"Winograd F(2x2, 3x3)"},{"layer":"layer1.1.conv2","algorithm":"Winograd F(2x2, 3x3)"},{"layer":"layer2.0.conv1","algorithm":"direct 3x3 stride 2"},{"layer":"layer2.0.downsample.0","algorithm":"direct 1x1 stride 2"},{"layer":"layer2.0.conv2","algorithm":"direct 3x3"},{"layer":"layer2.1.conv1","algorithm":"direct 3x3"},{"layer":"layer2.1.conv2","algorithm":"direct 3x3"},{"layer":"layer3.0.conv1","algorithm":"direct 3x3 stride 2"},{"layer":"layer3.0.downsample.0","algorithm":"direct 1x1 stride 2"},{"layer":"layer3.0.conv2","algorithm":"direct 3x3"},{"layer":"layer3.1.conv1","algorithm":"direct 3x3"},{"layer":"layer3.1.conv2","algorithm":"direct 3x3"},{"layer":"layer4.0.conv1","algorithm":"direct 3x3 stride 2"},{"layer":"layer4.0.downsample.0","algorithm":"direct 1x1 stride 2"},{"layer":"layer4.0.conv2","algorithm":"direct 3x3"},{"layer":"layer4.1.conv1","algorithm":"direct 3x3"},{"layer":"layer4.1.conv2","algorithm":"direct 3x3"},{"layer":"avgpool","algorithm":"mean"},{"layer":"fc","algorithm":"fully connected"}]},"gpu":null,"simulated":false}',NULL,1795821277105);
CREATE TABLE sweeps (
    id         TEXT PRIMARY KEY,
    spec       TEXT NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT;
INSERT INTO "sweeps" VALUES('01a21f4a-0e4e-702e-8525-9cec3de02f5f','{"name":"custom-simulated","models":["resnet18"],"sizes":[224],"batches":[1],"matmul":[],"devices":[],"threads":["all"],"precisions":["f32"],"engines":[],"exact":false,"streams":[1],"image":null,"weights":{},"measuring":{"runs":3,"budget_ms":15000},"machines":[],"labels":{},"seed":3,"budget_ms":null,"calibration":false}',1795821276750);
INSERT INTO "sweeps" VALUES('01a21f49-d8de-760e-a99e-dae78fe3f922','{"name":"old","models":["resnet18"],"sizes":[32],"batches":[1],"matmul":[],"devices":["cpu","cuda:0"],"threads":["all"],"precisions":["f32"],"engines":[],"exact":false,"streams":[1],"image":null,"weights":{},"measuring":{"runs":3,"budget_ms":15000},"machines":["8d314f17-be98-4c0c-8d0c-36b2365b3275"],"labels":{},"seed":1,"budget_ms":null,"calibration":false}',1795821263070);
CREATE INDEX jobs_by_sweep ON jobs (sweep, machine, state);
CREATE INDEX jobs_queued ON jobs (machine, seq) WHERE state = 'queued';
CREATE INDEX jobs_open ON jobs (state, queued_ms)
    WHERE state IN ('queued', 'offered', 'running', 'uploading', 'unknown', 'cancelling');
CREATE UNIQUE INDEX results_accepted ON results (job) WHERE accepted = 1;
COMMIT;
