// Extensions of Relais. What a person writes by hand is narrow; what only the coordination machines write is left open,
// so that the machine owns its shape.

Invariant: rls-rang-positif
Description: "Ranks start at 1"
Expression: "value > 0"
Severity: #error

Extension: ExtEtat
Id: etat
Title: "État"
Description: "État français d'un processus, où FHIR n'a pas de place pour lui."
Context: Element
* value[x] 1..1
* value[x] only Coding
* value[x] from Etats (required)

Extension: Rang
Id: rang
Title: "Rang"
Description: "Rang de priorité d'une activité du PPS, à partir de 1 (S1-29)."
Context: CarePlan.activity, CarePlan.activity.detail
* obeys rls-rang-positif
* value[x] 1..1
* value[x] only positiveInt or integer

Extension: Information
Id: information
Title: "Information de la personne"
Description: "Qui a informé, comment, quand, avec quelle version du support ; compréhension vérifiée ; ce qui a été dit (S0-08, S0-11, L-05)."
Context: Consent, ServiceRequest, Task

Extension: Accord
Id: accord
Title: "Accord sur le PPS"
Description: "Accord de la personne sur son plan : par qui, comment, quand (M3)."
Context: CarePlan

Extension: Besoin
Id: besoin
Title: "Besoin"
Description: "Besoin du diagnostic auquel une activité répond (S1-29)."
Context: CarePlan.activity, CarePlan.activity.detail, Goal
* value[x] 1..1
* value[x] only Reference or CodeableConcept or Coding or string

Extension: ActiviteId
Id: activite-id
Title: "Identifiant d'activité"
Description: "Nom stable d'une activité d'une version du plan à l'autre."
Context: CarePlan.activity, Task
* value[x] 1..1
* value[x] only id or string or code

Extension: Avis
Id: avis
Title: "Avis"
Description: "Avis d'un intervenant sur son activité (M3)."
Context: CarePlan, CarePlan.activity

Extension: Recueil
Id: recueil
Title: "Recueil"
Description: "Ce que la tâche recueille et auprès de qui."
Context: Element

Extension: Seuil
Id: seuil
Title: "Seuil"
Description: "Seuil sous lequel un effectif n'est pas montré, comme on le lit : « <11 »."
Context: Element
* value[x] 1..1
* value[x] only string

Extension: Mouvement
Id: mouvement
Title: "Mouvement"
Description: "Mouvement hospitalier (ZBE) qui a changé le séjour."
Context: Encounter, EpisodeOfCare

Extension: ExtNiveauReponse
Id: niveau-reponse
Title: "Niveau de réponse"
Description: "Niveau de réponse choisi pour une demande d'appui (S1-04)."
Context: Task, ServiceRequest
* value[x] 1..1
* value[x] only Coding or CodeableConcept or code
* value[x] from NiveauxReponse (required)

Extension: ProjetDeVieNonExprime
Id: projet-de-vie-non-exprime
Title: "Projet de vie non exprimé"
Description: "Raison pour laquelle le plan n'a pas de projet de vie (M3)."
Context: CarePlan
* value[x] 1..1
* value[x] only string or Coding or CodeableConcept

Extension: SansVadNiRcp
Id: sans-vad-ni-rcp
Title: "Ni VAD ni RCP"
Description: "Raison pour laquelle le plan a été fait sans visite à domicile ni réunion (S1-30)."
Context: CarePlan
* value[x] 1..1
* value[x] only string or Coding or CodeableConcept

Extension: DateRevision
Id: date-revision
Title: "Date de révision"
Description: "Date à laquelle le plan doit être revu, six mois au plus (M3)."
Context: CarePlan
* value[x] 1..1
* value[x] only date or dateTime

Extension: EquipeDeSoins
Id: equipe-de-soins
Title: "Équipe de soins reconnue"
Description: "La personne reconnaît ce membre comme membre de son équipe de soins (A-21)."
Context: CareTeam, CareTeam.participant, Patient, Consent

Extension: NonDivulgation
Id: non-divulgation
Title: "Non-divulgation"
Description: "La présence de la personne n'est dite à personne hors de l'unité (L-18)."
Context: Patient, Encounter
* value[x] 1..1
* value[x] only boolean

Extension: Destinataire
Id: destinataire
Title: "Destinataire"
Description: "À qui un document est adressé, nommément (A-22) ; une extension par destinataire."
Context: DocumentReference
* value[x] 1..1
* value[x] only Reference(Practitioner or PractitionerRole or Organization or Patient or RelatedPerson)

Extension: ExtAlimentationDmp
Id: alimentation-dmp
Title: "Alimentation du DMP"
Description: "Ce que la personne a dit, pour ce séjour, de l'alimentation de son DMP (ZFA-9 de PAM France)."
Context: Encounter
* value[x] 1..1
* value[x] only code
* value[x] from AlimentationsDmp (required)

Extension: Readmission
Id: readmission
Title: "Réadmission"
Description: "Épisode de sortie que cette nouvelle admission suit (M6)."
Context: EpisodeOfCare, Encounter
* value[x] 1..1
* value[x] only Reference(EpisodeOfCare)
