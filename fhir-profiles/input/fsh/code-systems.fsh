// Code systems of Relais. `complete`: the validator refuses any other code. `fragment`: other codes may occur.

RuleSet: Ours
* ^status = #active
* ^experimental = false
* ^caseSensitive = true

RuleSet: Complete
* insert Ours
* ^content = #complete

RuleSet: Fragment
* insert Ours
* ^content = #fragment

CodeSystem: Etat
Id: etat
Title: "État d'un processus de coordination"
Description: "États français des machines M1 (demande d'appui), M3 (PPS et ses activités), M6 (sortie d'hospitalisation) et M14 (consentement), et des tâches qui les portent."
* insert Complete
* #brouillon "Brouillon"
* #envoyee "Envoyée"
* #recue "Reçue"
* #en-attente-de-complement "En attente de complément"
* #acceptee "Acceptée"
* #en-cours "En cours"
* #relais-propose "Relais proposé"
* #suspendue "Suspendue"
* #transferee "Transférée"
* #cloturee "Clôturée"
* #reorientee "Réorientée"
* #refusee "Refusée"
* #annulee "Annulée"
* #classee-sans-suite "Classée sans suite"
* #en-concertation "En concertation"
* #pret "Prêt"
* #actif "Actif"
* #en-revision "En révision"
* #suspendu "Suspendu"
* #cloture "Clôturé"
* #refuse-par-la-personne "Refusé par la personne"
* #prevue "Prévue"
* #planifiee "Planifiée"
* #realisee "Réalisée"
* #reportee "Reportée"
* #abandonnee "Abandonnée"
* #declinee "Déclinée"
* #annonce "Annoncé"
* #hospitalise "Hospitalisé"
* #sortie-planifiee "Sortie planifiée"
* #sorti "Sorti"
* #lettre-en-retard "Lettre en retard"
* #lettre-recue "Lettre reçue"
* #pris-en-compte "Pris en compte"
* #suivi-planifie "Suivi planifié"
* #suivi-fait "Suivi fait"
* #clos "Clos"
* #annule "Annulé"
* #decede "Décédé"
* #aucun "Aucun"
* #informe "Informé"
* #donne "Donné"
* #limite "Limité"
* #refuse "Refusé"
* #retire "Retiré"
* #expire "Expiré"
* #opposition "Opposition"
* #levee "Opposition levée"

CodeSystem: Evenement
Id: evenement
Title: "Évènement de coordination"
Description: "Évènements que reçoivent les machines de coordination."
* insert Fragment

CodeSystem: Categorie
Id: categorie
Title: "Catégorie de données"
Description: "Les quatre catégories de données que le consentement distingue (S0-07), dans meta.security."
* insert Complete
* #medical "Médical"
* #psy "Psychologique"
* #social "Social"
* #vie-privee "Vie privée"

CodeSystem: CategorieObjectif
Id: categorie-objectif
Title: "Catégorie d'objectif"
Description: "Catégories des objectifs d'un PPS."
* insert Complete
* #projet-de-vie "Projet de vie"
* #social "Social"
* #autonomie "Autonomie"
* #droits "Droits"
* #logement "Logement"
* #clinique "Clinique"

CodeSystem: Tache
Id: tache
Title: "Nature d'une tâche"
Description: "Ce qu'une tâche de Relais demande de faire (Task.code)."
* insert Complete
* #demande-appui "Demande d'appui"
* #lettre-de-liaison "Lettre de liaison à envoyer"
* #prise-en-compte "Sortie à prendre en compte"
* #fixer-rdv "Rendez-vous de suivi à fixer"
* #recherche-mt "Médecin traitant à rechercher"
* #dysfonctionnement "Dysfonctionnement à traiter"
* #informer "Personne à informer"
* #relais "Relais proposé"
* #avis-pps "Avis attendu sur un PPS"
* #invitation-cercle "Invitation dans un cercle de soins"
* #revue-bris-de-glace "Bris de glace à revoir"
* #demande-rgpd "Demande d'exercice de droits"

CodeSystem: MotifAppui
Id: motif-appui
Title: "Motif d'une demande d'appui"
Description: "Pourquoi l'appui du réseau est demandé."
* insert Fragment

CodeSystem: MotifFin
Id: motif-fin
Title: "Motif de fin"
Description: "Pourquoi une demande, un plan ou un épisode prend fin, ou est refusé (S1-15)."
* insert Fragment
* #hors-territoire "Hors territoire"
* #sans-accord "Sans accord de la personne"
* #doublon "Doublon"
* #hors-mission "Hors mission"
* #retrait "Retrait du consentement"
* #deces "Décès"

CodeSystem: NiveauReponse
Id: niveau-reponse
Title: "Niveau de réponse"
Description: "Niveau de réponse à une demande d'appui (S1-04)."
* insert Complete
* #information "Information"
* #orientation "Orientation"
* #appui-ponctuel "Appui ponctuel"
* #coordination "Coordination"

CodeSystem: RoleCercle
Id: role-cercle
Title: "Rôle dans le cercle de soins"
Description: "Rôle d'un membre du cercle, à côté des nomenclatures nationales."
* insert Complete
* #medecin-traitant "Médecin traitant"
* #medecin "Médecin"
* #infirmier "Infirmier"
* #assistant-social "Assistant social"
* #coordinateur "Coordinateur"
* #benevole "Bénévole"
* #autre "Autre"

CodeSystem: TypeEpisode
Id: type-episode
Title: "Type d'épisode"
Description: "Nature d'un épisode suivi par le réseau."
* insert Fragment
* #sortie-hospitalisation "Sortie d'hospitalisation"

CodeSystem: Regle
Id: regle
Title: "Règle de consentement"
Description: "Règle de base d'un consentement : partage refusé sauf permission."
* insert Fragment
* #partage-sur-consentement "Partage sur consentement"

CodeSystem: BaseAcces
Id: base-acces
Title: "Base d'un accès"
Description: "Ce qui fonde une décision d'accès, dans la trace."
* insert Fragment

CodeSystem: Visibilite
Id: visibilite
Title: "Visibilité"
Description: "Restriction de visibilité propre à Relais, à côté de TRE_A07."
* insert Fragment

CodeSystem: EtiquetteServeur
Id: etiquette-serveur
Title: "Étiquette du serveur"
Description: "Étiquettes que seul le serveur pose."
* insert Fragment

CodeSystem: ModeSortie
Id: mode-sortie
Title: "Mode de sortie"
Description: "Mode de sortie du PMSI (ZFM-2 de PAM France)."
* insert Fragment

CodeSystem: DestinationSortie
Id: destination-sortie
Title: "Destination à la sortie"
Description: "Destination du PMSI (ZFM-4 de PAM France)."
* insert Fragment

CodeSystem: AlimentationDmp
Id: alimentation-dmp
Title: "Alimentation du DMP"
Description: "Codes de ZFA-9 de PAM France : recueil de l'opposition à l'alimentation du DMP."
* insert Complete
* #NA "Non recueilli"
* #IO "Informé et opposé"
* #INO "Informé et non opposé"
