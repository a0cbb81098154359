using Microsoft.ML;
using Microsoft.ML.Similarity.Interop;
using Microsoft.ML.Similarity.Neighbors;

[assembly: LoadableClass(typeof(KNearestNeighborsMulticlassTransformer), typeof(MulticlassNeighborsLoader), null,
    typeof(SignatureLoadModel), "K-nearest-neighbours classifier", KNearestNeighborsMulticlassTransformer.Signature)]
[assembly: LoadableClass(typeof(KNearestNeighborsRegressionTransformer), typeof(RegressionNeighborsLoader), null,
    typeof(SignatureLoadModel), "K-nearest-neighbours regression", KNearestNeighborsRegressionTransformer.Signature)]
[assembly: LoadableClass(typeof(NearestNeighborsTransformer), typeof(NearestNeighborsLoader), null,
    typeof(SignatureLoadModel), "Nearest neighbours", NearestNeighborsTransformer.Signature)]
[assembly: LoadableClass(typeof(KNearestNeighborsAnomalyTransformer), typeof(AnomalyNeighborsLoader), null,
    typeof(SignatureLoadModel), "K-nearest-neighbours anomaly detection", KNearestNeighborsAnomalyTransformer.Signature)]
[assembly: LoadableClass(typeof(KNearestNeighborsMultiLabelTransformer), typeof(MultiLabelNeighborsLoader), null,
    typeof(SignatureLoadModel), "K-nearest-neighbours multi-label classifier", KNearestNeighborsMultiLabelTransformer.Signature)]
