-- The tables as MySQL 8 and MariaDB 10.6+ have them. Written by `python -m app schema`, never by hand.
-- The service creates and upgrades them itself at its start; this file is for reading.

CREATE TABLE queue_state (
    id BIGINT NOT NULL AUTO_INCREMENT,
    is_paused BOOL NOT NULL,
    paused_by INTEGER,
    since DATETIME(6),
    created_at DATETIME(6) NOT NULL,
    updated_at DATETIME(6) NOT NULL,
    weighed_at DATETIME(6),
    CONSTRAINT pk_queue_state PRIMARY KEY (id)
)ENGINE=InnoDB CHARSET=utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE user (
    id BIGINT NOT NULL AUTO_INCREMENT,
    name VARCHAR(80) NOT NULL,
    `role` VARCHAR(16) NOT NULL,
    quota JSON,
    created_at DATETIME(6) NOT NULL,
    updated_at DATETIME(6) NOT NULL,
    CONSTRAINT pk_user PRIMARY KEY (id),
    CONSTRAINT uq_user_name UNIQUE (name)
)ENGINE=InnoDB CHARSET=utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE worker (
    id BIGINT NOT NULL AUTO_INCREMENT,
    host VARCHAR(255) NOT NULL,
    pid INTEGER NOT NULL,
    seats INTEGER NOT NULL,
    heartbeat_at DATETIME(6) NOT NULL,
    is_draining BOOL NOT NULL,
    jail JSON NOT NULL,
    created_at DATETIME(6) NOT NULL,
    updated_at DATETIME(6) NOT NULL,
    CONSTRAINT pk_worker PRIMARY KEY (id)
)ENGINE=InnoDB CHARSET=utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE job_event (
    id BIGINT NOT NULL AUTO_INCREMENT,
    owner_id BIGINT NOT NULL,
    job_type VARCHAR(16) NOT NULL,
    job_id BIGINT NOT NULL,
    event VARCHAR(40) NOT NULL,
    from_status VARCHAR(16),
    status VARCHAR(16) NOT NULL,
    attempt SMALLINT NOT NULL,
    worker_id BIGINT,
    reason VARCHAR(500),
    version INTEGER NOT NULL,
    payload JSON NOT NULL,
    created_at DATETIME(6) NOT NULL,
    CONSTRAINT pk_job_event PRIMARY KEY (id),
    CONSTRAINT fk_job_event_owner_id_user FOREIGN KEY(owner_id) REFERENCES user (id)
)ENGINE=InnoDB CHARSET=utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE INDEX ix_job_event_created_at ON job_event (created_at);

CREATE INDEX ix_job_event_job_type_job_id_id ON job_event (job_type, job_id, id);

CREATE INDEX ix_job_event_owner_id_id ON job_event (owner_id, id);

CREATE TABLE source (
    id BIGINT NOT NULL AUTO_INCREMENT,
    owner_id BIGINT NOT NULL,
    sha256 VARCHAR(64) NOT NULL,
    size_bytes BIGINT NOT NULL,
    `key` VARCHAR(255) NOT NULL,
    media_type VARCHAR(100),
    probe JSON,
    created_at DATETIME(6) NOT NULL,
    updated_at DATETIME(6) NOT NULL,
    CONSTRAINT pk_source PRIMARY KEY (id),
    CONSTRAINT uq_source_owner_id_sha256 UNIQUE (owner_id, sha256),
    CONSTRAINT fk_source_owner_id_user FOREIGN KEY(owner_id) REFERENCES user (id)
)ENGINE=InnoDB CHARSET=utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE INDEX ix_source_key ON source (`key`);

CREATE TABLE video_job (
    id BIGINT NOT NULL AUTO_INCREMENT,
    public_id VARCHAR(36) NOT NULL,
    owner_id BIGINT NOT NULL,
    source_id BIGINT,
    origin VARCHAR(16) NOT NULL,
    filename VARCHAR(512) NOT NULL,
    source_url VARCHAR(2000),
    external_id VARCHAR(255),
    metadata JSON,
    kind VARCHAR(16),
    width INTEGER,
    height INTEGER,
    duration_seconds DOUBLE,
    codec VARCHAR(40),
    is_hdr BOOL,
    poster_artifact_id BIGINT,
    status VARCHAR(16) NOT NULL,
    progress DOUBLE NOT NULL,
    stage VARCHAR(40) NOT NULL,
    priority SMALLINT NOT NULL,
    attempt SMALLINT NOT NULL,
    max_attempts SMALLINT NOT NULL,
    run_after DATETIME(6) NOT NULL,
    lease_until DATETIME(6),
    worker_id BIGINT,
    error_code VARCHAR(40),
    error_message TEXT,
    is_retryable BOOL NOT NULL,
    version INTEGER NOT NULL,
    queued_at DATETIME(6) NOT NULL,
    started_at DATETIME(6),
    finished_at DATETIME(6),
    notify_email VARCHAR(254),
    callback_url VARCHAR(2000),
    request_id VARCHAR(64),
    created_at DATETIME(6) NOT NULL,
    updated_at DATETIME(6) NOT NULL,
    notes JSON,
    recipe JSON,
    crashes SMALLINT NOT NULL DEFAULT '0',
    eta_at DATETIME(6),
    error_log TEXT,
    CONSTRAINT pk_video_job PRIMARY KEY (id),
    CONSTRAINT uq_video_job_public_id UNIQUE (public_id),
    CONSTRAINT fk_video_job_owner_id_user FOREIGN KEY(owner_id) REFERENCES user (id),
    CONSTRAINT fk_video_job_source_id_source FOREIGN KEY(source_id) REFERENCES source (id)
)ENGINE=InnoDB CHARSET=utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE INDEX ix_video_job_owner_id_created_at_id ON video_job (owner_id, created_at, id);

CREATE INDEX ix_video_job_owner_id_external_id ON video_job (owner_id, external_id);

CREATE INDEX ix_video_job_owner_id_id ON video_job (owner_id, id);

CREATE INDEX ix_video_job_owner_id_status_created_at_id ON video_job (owner_id, status, created_at, id);

CREATE INDEX ix_video_job_owner_id_status_finished_at_queued_at ON video_job (owner_id, status, finished_at, queued_at);

CREATE INDEX ix_video_job_source_id ON video_job (source_id);

CREATE INDEX ix_video_job_status_lease_until ON video_job (status, lease_until);

CREATE INDEX ix_video_job_status_priority_run_after_id ON video_job (status, priority, run_after, id);

CREATE TABLE thumbnail_job (
    id BIGINT NOT NULL AUTO_INCREMENT,
    public_id VARCHAR(36) NOT NULL,
    owner_id BIGINT NOT NULL,
    video_id BIGINT NOT NULL,
    output VARCHAR(16) NOT NULL,
    preset VARCHAR(40),
    width INTEGER,
    height INTEGER,
    options JSON NOT NULL,
    fingerprint VARCHAR(64) NOT NULL,
    status VARCHAR(16) NOT NULL,
    progress DOUBLE NOT NULL,
    stage VARCHAR(40) NOT NULL,
    priority SMALLINT NOT NULL,
    attempt SMALLINT NOT NULL,
    max_attempts SMALLINT NOT NULL,
    run_after DATETIME(6) NOT NULL,
    lease_until DATETIME(6),
    worker_id BIGINT,
    error_code VARCHAR(40),
    error_message TEXT,
    is_retryable BOOL NOT NULL,
    version INTEGER NOT NULL,
    queued_at DATETIME(6) NOT NULL,
    started_at DATETIME(6),
    finished_at DATETIME(6),
    notify_email VARCHAR(254),
    callback_url VARCHAR(2000),
    request_id VARCHAR(64),
    created_at DATETIME(6) NOT NULL,
    updated_at DATETIME(6) NOT NULL,
    notes JSON,
    crashes SMALLINT NOT NULL DEFAULT '0',
    eta_at DATETIME(6),
    downloaded_at DATETIME(6),
    error_log TEXT,
    CONSTRAINT pk_thumbnail_job PRIMARY KEY (id),
    CONSTRAINT uq_thumbnail_job_owner_id_fingerprint UNIQUE (owner_id, fingerprint),
    CONSTRAINT uq_thumbnail_job_public_id UNIQUE (public_id),
    CONSTRAINT fk_thumbnail_job_owner_id_user FOREIGN KEY(owner_id) REFERENCES user (id),
    CONSTRAINT fk_thumbnail_job_video_id_video_job FOREIGN KEY(video_id) REFERENCES video_job (id) ON DELETE CASCADE
)ENGINE=InnoDB CHARSET=utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE INDEX ix_thumbnail_job_owner_id_created_at_id ON thumbnail_job (owner_id, created_at, id);

CREATE INDEX ix_thumbnail_job_owner_id_status_created_at_id ON thumbnail_job (owner_id, status, created_at, id);

CREATE INDEX ix_thumbnail_job_owner_id_status_finished_at_queued_at ON thumbnail_job (owner_id, status, finished_at, queued_at);

CREATE INDEX ix_thumbnail_job_status_downloaded_at ON thumbnail_job (status, downloaded_at);

CREATE INDEX ix_thumbnail_job_status_lease_until ON thumbnail_job (status, lease_until);

CREATE INDEX ix_thumbnail_job_status_priority_run_after_id ON thumbnail_job (status, priority, run_after, id);

CREATE INDEX ix_thumbnail_job_video_id_status_id ON thumbnail_job (video_id, status, id);

CREATE TABLE artifact (
    id BIGINT NOT NULL AUTO_INCREMENT,
    public_id VARCHAR(36) NOT NULL,
    owner_id BIGINT NOT NULL,
    video_id BIGINT NOT NULL,
    thumbnail_job_id BIGINT,
    attempt SMALLINT NOT NULL,
    `role` VARCHAR(16) NOT NULL,
    `key` VARCHAR(255) NOT NULL,
    media_type VARCHAR(100) NOT NULL,
    size_bytes BIGINT NOT NULL,
    width INTEGER,
    height INTEGER,
    position_seconds DOUBLE,
    score DOUBLE,
    meta JSON,
    sha256 VARCHAR(64) NOT NULL,
    created_at DATETIME(6) NOT NULL,
    updated_at DATETIME(6) NOT NULL,
    CONSTRAINT pk_artifact PRIMARY KEY (id),
    CONSTRAINT uq_artifact_public_id UNIQUE (public_id),
    CONSTRAINT fk_artifact_owner_id_user FOREIGN KEY(owner_id) REFERENCES user (id),
    CONSTRAINT fk_artifact_video_id_video_job FOREIGN KEY(video_id) REFERENCES video_job (id) ON DELETE CASCADE,
    CONSTRAINT fk_artifact_thumbnail_job_id_thumbnail_job FOREIGN KEY(thumbnail_job_id) REFERENCES thumbnail_job (id) ON DELETE CASCADE
)ENGINE=InnoDB CHARSET=utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE INDEX ix_artifact_key ON artifact (`key`);

CREATE INDEX ix_artifact_thumbnail_job_id ON artifact (thumbnail_job_id);

CREATE INDEX ix_artifact_video_id_role_id ON artifact (video_id, `role`, id);

CREATE TABLE source_use (
    id BIGINT NOT NULL AUTO_INCREMENT,
    source_id BIGINT NOT NULL,
    video_id BIGINT,
    thumbnail_job_id BIGINT,
    CONSTRAINT pk_source_use PRIMARY KEY (id),
    CONSTRAINT fk_source_use_source_id_source FOREIGN KEY(source_id) REFERENCES source (id),
    CONSTRAINT fk_source_use_video_id_video_job FOREIGN KEY(video_id) REFERENCES video_job (id) ON DELETE CASCADE,
    CONSTRAINT fk_source_use_thumbnail_job_id_thumbnail_job FOREIGN KEY(thumbnail_job_id) REFERENCES thumbnail_job (id) ON DELETE CASCADE
)ENGINE=InnoDB CHARSET=utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE INDEX ix_source_use_source_id ON source_use (source_id);

CREATE INDEX ix_source_use_thumbnail_job_id ON source_use (thumbnail_job_id);

CREATE INDEX ix_source_use_video_id ON source_use (video_id);
