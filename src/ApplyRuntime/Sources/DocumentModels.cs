using Delivery.ApplyRuntime.Leasing;
using Delivery.FastData;
using Delivery.Models.Formats;

namespace Delivery.ApplyRuntime.Sources;

/// <summary>Models that came with documents, by their hash: verified, checked, and bounded in number and bytes.</summary>
/// <remarks>
/// A request only looks up. The first one that brings a hash leaves a copy of the bytes for a thread of low priority, which hashes, checks
/// and takes them; until then there is no model. What is kept under a hash follows from bytes that were found to have it, so no
/// document can change what another one gets.
/// </remarks>
internal sealed class DocumentModels : IDisposable
{
    private readonly DocumentModelOptions _options;
    private readonly TimeProvider _time;
    private readonly Offer?[] _offers = new Offer?[16]; // what finds no place comes again with the next request
    private readonly WrongClaims _wrongClaims = new();
    private readonly StripedCounter _tooLong = new();
    private readonly Lock _admitting = new();
    private readonly AutoResetEvent _offered = new(initialState: false);
    private readonly Thread _thread;
    private Dictionary<ContentHash, CachedModel> _table = []; // never changed, only replaced
    private DocumentModelsStatus _status = new(0, 0, 0, 0, 0, 0, null);
    private long _moment; // two an admission: its own, and that of the uses after it
    private bool _stop;

    public DocumentModels(DocumentModelOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _thread = new Thread(Run) { IsBackground = true, Name = "Delivery document models", Priority = ThreadPriority.BelowNormal };
    }

    public DocumentModelsStatus Status => Volatile.Read(ref _status) with { TooLong = _tooLong.Sum() };

    public void Start() => _thread.Start();

    /// <summary>What is known of such bytes; null while they were not examined. Then they are left for that. Never waits.</summary>
    public CachedModel? Find(in DocumentModel document)
    {
        if (Volatile.Read(ref _table).TryGetValue(document.Content, out var cached))
        {
            cached.Use(Volatile.Read(ref _moment));
            return cached;
        }
        Leave(document);
        return null;
    }

    /// <summary>Examines bytes on the thread of the caller. Null when they are a model that is kept now, else what is wrong with them.</summary>
    public string? Admit(in DocumentModel document)
    {
        if (document.IsNone) return "There is no model, or no SHA-256 of it.";
        if (document.File.Length == 0 || document.File.Length > _options.MostModelBytes) return $"The file has {document.File.Length} bytes; 1 to {_options.MostModelBytes} are taken.";
        return Admit(document.Content, document.File.ToArray()); // hashed and kept are the same bytes, whoever writes into the caller's meanwhile
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _stop, true)) return;
        _offered.Set();
        _thread.Join();
        _offered.Dispose();
        Volatile.Write(ref _table, []);
    }

    private void Leave(in DocumentModel document)
    {
        if (document.File.Length == 0 || document.File.Length > _options.MostModelBytes)
        {
            _tooLong.Increment(StripedCounter.Here);
            return;
        }
        if (Volatile.Read(ref _stop)) return;
        var free = -1;
        for (var i = 0; i < _offers.Length; i++)
        {
            if (Volatile.Read(ref _offers[i]) is not { } there) free = i;
            else if (there.Content == document.Content) return;
        }
        if (free < 0 || IsKnownWrong(document)) return;
        var offer = new Offer(document.Content);
        if (Interlocked.CompareExchange(ref _offers[free], offer, null) is not null) return; // another request was first
        try
        {
            offer.File = document.File.ToArray(); // the caller's buffer may be another's after this request
            _offered.Set();
        }
        catch (Exception) // no memory, a buffer that is gone, the end of the runtime: a request must not fail for that
        {
            Volatile.Write(ref _offers[free], null);
        }
    }

    private bool IsKnownWrong(in DocumentModel document)
    {
        try
        {
            return _wrongClaims.Holds(document, _time);
        }
        catch (Exception)
        {
            return true; // a buffer that is gone; a request must not fail for that
        }
    }

    private void Run()
    {
        while (true)
        {
            _offered.WaitOne();
            if (Volatile.Read(ref _stop)) return;
            for (var i = 0; i < _offers.Length; i++)
            {
                if (Volatile.Read(ref _offers[i]) is not { File: { } file } offer) continue;
                Admit(offer.Content, file);
                Volatile.Write(ref _offers[i], null);
            }
        }
    }

    private string? Admit(ContentHash claimed, ReadOnlySpan<byte> file)
    {
        lock (_admitting)
        {
            if (_table.TryGetValue(claimed, out var there)) return there.Problem;
            var content = ContentHash.Of(file);
            if (content != claimed)
            {
                _wrongClaims.Add(claimed, file, _options.RefusedFor, _time);
                return Refuse($"The file of {file.Length} bytes has the SHA-256 {content}; its document says {claimed}.");
            }
            _wrongClaims.Remove(claimed, file);
            try
            {
                Keep(content, new CachedModel(CopiedModel.Check(file, content, expected: null), null, _moment + 1));
                return null;
            }
            catch (Exception e) // whatever is wrong with one model, the others go on
            {
                var problem = $"The model {content.Short} cannot be used: {e.Message}";
                // No memory, say, is not the fault of the bytes.
                if (e is InvalidModelException) Keep(content, new CachedModel(null, problem, _moment + 1));
                return Refuse(problem);
            }
        }
    }

    private string Refuse(string problem)
    {
        Volatile.Write(ref _status, _status with { Refused = _status.Refused + 1, LastProblem = problem });
        return problem;
    }

    private void Keep(ContentHash content, CachedModel cached)
    {
        var next = new Dictionary<ContentHash, CachedModel>(_table) { [content] = cached };
        var models = next.Values.Count(one => one.Model is not null);
        var bytes = next.Values.Sum(BytesOf);
        var evicted = 0;
        foreach (var (oldest, one) in next.Where(pair => !ReferenceEquals(pair.Value, cached)).OrderBy(pair => pair.Value.LastUse).ToArray())
        {
            var refused = next.Count - models;
            if (one.Model is null ? refused <= _options.MostRefused : models <= _options.MostModels && bytes <= _options.MostBytes) continue;
            next.Remove(oldest);
            if (one.Model is null) continue;
            models--;
            evicted++;
            bytes -= BytesOf(one);
        }
        // First, so that the status tells of whatever a request decides with.
        Volatile.Write(ref _status, _status with { Models = models, Bytes = bytes, Admitted = _status.Admitted + (cached.Model is null ? 0 : 1), Evicted = _status.Evicted + evicted });
        Volatile.Write(ref _table, next);
        Volatile.Write(ref _moment, _moment + 2);
    }

    private static long BytesOf(CachedModel cached) => cached.Model?.Entry.Length ?? 0;

    /// <summary>Bytes that wait for being examined; null while they are still being copied.</summary>
    private sealed class Offer(ContentHash content)
    {
        private byte[]? _file;

        public ContentHash Content => content;

        public byte[]? File
        {
            get => Volatile.Read(ref _file);
            set => Volatile.Write(ref _file, value);
        }
    }
}
