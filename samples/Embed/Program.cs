// A search process in thirty lines:  dotnet run --project samples/Embed -c Release -- demo-work/fast-data
using Delivery.ApplyRuntime;

// One runtime a process, opened once. It follows the folder on a thread of its own; there may be nothing in it yet.
using var runtime = ModelRuntime.Open(args is [var folder] ? folder : "fast-data");
var status = runtime.Status;
Console.WriteLine($"{status.State}: epoch {status.Epoch}, {status.Models.Count} models");
if (status.Models.Count == 0) return;

// Per request: features in, a class out. No lock, no allocation, and never a wait for a reload.
var model = status.Models[0];
var features = new float[model.FeatureCount];
features[^1] = 1; // the source "constant"
var decision = runtime.Decide(model.Name.Value, features, fallback: 2);
Console.WriteLine($"{model.Name}: class {decision.Class} by {decision.Source}, epoch {decision.Epoch}, {decision.RequestCount} requests processed");

// A model that is not there, or features of another length, give the fallback and a reason, never an exception.
var unknown = runtime.Decide("no_such_model", features, fallback: 2);
Console.WriteLine($"no_such_model: class {unknown.Class} by {unknown.Source}, {unknown.Reason}");
