-- Jobs as a service has them after years, made from numbers. Each statement makes the rows numbered :first to :last,
-- of so many :videos or :outputs, nine outputs to a video. Five owners; the first has six tenths of all.
-- All came within ninety days, evenly. Of the videos the newest hundredth waits to be read, and a tenth as many older
-- ones wait for their next try, with everything that is wanted of them; what is wanted of others waits here and there.

-- videos
INSERT INTO source (id, owner_id, sha256, size_bytes, `key`, media_type, created_at, updated_at)
SELECT n, CASE WHEN n % 10 < 6 THEN 1 ELSE n % 10 - 4 END, SHA2(n, 256), 1000000,
    CONCAT('sources/1/', SHA2(n, 256)), 'video/mp4', :now, :now
FROM (SELECT a.n + 1000 * b.n + :first AS n FROM number a CROSS JOIN number b
    WHERE a.n + 1000 * b.n <= :last - :first) numbers;

-- videos
INSERT INTO video_job (id, public_id, owner_id, source_id, origin, filename, kind, width, height, duration_seconds,
    codec, is_hdr, status, progress, stage, priority, attempt, max_attempts, run_after, lease_until, worker_id,
    error_code, error_message, is_retryable, version, queued_at, started_at, finished_at, created_at, updated_at,
    crashes)
SELECT n, CONCAT(LPAD(HEX(n), 8, '0'), '-0000-7000-8000-000000000000'), CASE WHEN n % 10 < 6 THEN 1 ELSE n % 10 - 4 END,
    n, 'upload', CONCAT('clip-', n, '.mp4'), 'video', 1920, 1080, 60.0, 'h264', 0, status, status = 'COMPLETED', '', 20,
    1, 3, CASE WHEN n % 1000 = 500 THEN :now + INTERVAL 1 DAY ELSE born END,
    CASE WHEN status = 'PROCESSING' THEN :now + INTERVAL 1 DAY END, CASE WHEN status <> 'QUEUED' THEN 1 END,
    CASE WHEN status = 'FAILED' THEN 'damaged_source' END, CASE WHEN status = 'FAILED' THEN 'The file is damaged.' END,
    0, 3, born, CASE WHEN status <> 'QUEUED' THEN born END,
    CASE WHEN status IN ('COMPLETED', 'FAILED', 'CANCELLED') THEN born + INTERVAL 2 SECOND END, born, born, 0
FROM (SELECT n, :now - INTERVAL 7776000 * (1 - n / :videos) SECOND AS born,
    CASE WHEN n > :videos * 0.99 OR n % 1000 = 500 THEN 'QUEUED' WHEN n % 500 = 3 THEN 'PROCESSING'
        WHEN n % 33 = 5 THEN 'FAILED' WHEN n % 200 = 9 THEN 'CANCELLED' ELSE 'COMPLETED' END AS status
    FROM (SELECT a.n + 1000 * b.n + :first AS n FROM number a CROSS JOIN number b
        WHERE a.n + 1000 * b.n <= :last - :first) numbers) made;

-- outputs
INSERT INTO thumbnail_job (id, public_id, owner_id, video_id, output, width, height, options, fingerprint, status,
    progress, stage, priority, attempt, max_attempts, run_after, lease_until, worker_id, error_code, error_message,
    is_retryable, version, queued_at, started_at, finished_at, created_at, updated_at, crashes)
SELECT n, CONCAT(LPAD(HEX(n), 8, '0'), '-0000-7000-9000-000000000000'), owner_id, video_id,
    CASE n % 9 WHEN 1 THEN 'rendition' WHEN 2 THEN 'poster' WHEN 3 THEN 'storyboard' ELSE 'thumbnail' END, 320, 180,
    '{"t": "10%", "fit": "fit", "format": "jpg"}', SHA2(CONCAT('wish', n), 256), status, status = 'COMPLETED', '',
    CASE WHEN n % 97 = 0 THEN 10 WHEN n % 7 = 0 THEN 30 ELSE 20 END, 1, 3, born,
    CASE WHEN status = 'PROCESSING' THEN :now + INTERVAL 1 DAY END, CASE WHEN status <> 'QUEUED' THEN 1 END,
    CASE WHEN status = 'FAILED' THEN 'damaged_source' END, CASE WHEN status = 'FAILED' THEN 'The file is damaged.' END,
    0, 3, born, CASE WHEN status <> 'QUEUED' THEN born END,
    CASE WHEN status IN ('COMPLETED', 'FAILED', 'CANCELLED') THEN born + INTERVAL 2 SECOND END, born, born, 0
FROM (SELECT n, video_id, owner_id, :now - INTERVAL 7776000 * (1 - n / :outputs) SECOND AS born,
    CASE WHEN video IN ('QUEUED', 'PROCESSING') THEN 'QUEUED' WHEN video IN ('FAILED', 'CANCELLED') THEN video
        WHEN n > :outputs * 0.9 AND n % 15 = 2 THEN 'QUEUED' WHEN n % 5000 = 3 THEN 'PROCESSING'
        WHEN n % 50 = 4 THEN 'FAILED' ELSE 'COMPLETED' END AS status
    FROM (SELECT n, video_job.id AS video_id, owner_id, video_job.status AS video
        FROM (SELECT a.n + 1000 * b.n + :first AS n FROM number a CROSS JOIN number b
            WHERE a.n + 1000 * b.n <= :last - :first) numbers
        JOIN video_job ON video_job.id = (n + 8) DIV 9) known) made;

-- outputs
INSERT INTO artifact (public_id, owner_id, video_id, thumbnail_job_id, attempt, `role`, `key`, media_type, size_bytes,
    width, height, sha256, created_at, updated_at)
SELECT CONCAT(LPAD(HEX(id), 8, '0'), '-0000-7000-a000-000000000000'), owner_id, video_id, id, 1, 'image',
    CONCAT('outputs/', owner_id, '/', SUBSTR(SHA2(video_id, 256), 1, 36), '/', public_id, '/1/thumbnail.jpg'),
    'image/jpeg', 20000, 320, 180, SHA2(id, 256), finished_at, finished_at
FROM thumbnail_job WHERE status = 'COMPLETED' AND id BETWEEN :first AND :last;

-- videos
INSERT INTO job_event (id, owner_id, job_type, job_id, event, from_status, status, attempt, worker_id, version,
    payload, created_at)
SELECT 10 * id - 9, owner_id, 'video', id,
    CASE status WHEN 'QUEUED' THEN 'job.queued' WHEN 'PROCESSING' THEN 'job.started'
        ELSE CONCAT('job.', LOWER(status)) END, 'QUEUED', status, 1, worker_id, version,
    JSON_OBJECT('id', id, 'public_id', public_id, 'type', 'video', 'name', filename, 'status', status,
        'filename', filename, 'width', width, 'height', height, 'error', NULL, 'progress', progress,
        'attempt', attempt, 'priority', 'normal', 'created_at', created_at, 'queued_at', queued_at,
        'finished_at', finished_at, 'notes', JSON_ARRAY(), 'codec', codec), created_at
FROM video_job WHERE id BETWEEN :first AND :last;

-- outputs
INSERT INTO job_event (id, owner_id, job_type, job_id, event, from_status, status, attempt, worker_id, version,
    payload, created_at)
SELECT id + (id + 8) DIV 9, owner_id, 'thumbnail', id,
    CASE status WHEN 'QUEUED' THEN 'job.queued' WHEN 'PROCESSING' THEN 'job.started'
        ELSE CONCAT('job.', LOWER(status)) END, 'QUEUED', status, 1, worker_id, version,
    JSON_OBJECT('id', id, 'public_id', public_id, 'type', 'thumbnail', 'name', '320 × 180', 'status', status,
        'filename', 'clip.mp4', 'output', output, 'width', width, 'height', height, 'error', NULL,
        'progress', progress, 'attempt', attempt, 'priority', 'normal', 'created_at', created_at,
        'queued_at', queued_at, 'finished_at', finished_at, 'notes', JSON_ARRAY(), 'options', options), created_at
FROM thumbnail_job WHERE id BETWEEN :first AND :last;
